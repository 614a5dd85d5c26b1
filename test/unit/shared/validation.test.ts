import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type TSchema, Type } from 'typebox';
import { Filter } from '../../../schemas/filter.ts';
import { rule, withFacts } from '../../../schemas/component.ts';
import { float32, int64, nonZero, oneOf, opt, uint, uint32, uint64 } from '../../../schemas/scalars.ts';
import { readJson } from '../../../src/shared/json/reader.ts';
import { coerceParameters, compileValidator } from '../../../src/shared/validation.ts';
import { accepted, assertVerdicts, bodyVerdict, format, violation } from '../../helpers/verdict.ts';

/** The value that comes out for a JSON text. */
const validated = (schema: TSchema, json: string) =>
  compileValidator(schema, { part: 'JSON body' })(readJson(Buffer.from(json)));

test('integers: what the format cannot hold is a fault of format, what breaks a bound one of value', () => {
  assertVerdicts(Type.Object({ n: uint({ minimum: 2, maximum: 9 }) }), [
    ['{"n":2}', accepted],
    ['{"n":1}', violation('n: value 1 invalid, must be from 2 to 9')],
    ['{"n":-1}', format('invalid value: integer `-1`, expected usize')],
    ['{"n":1.5}', format('invalid type: floating point `1.5`, expected usize')],
    ['{"n":-0}', format('invalid type: floating point `-0.0`, expected usize')],
    ['{"n":2.0}', format('invalid type: floating point `2.0`, expected usize')],
    ['{"n":2e0}', format('invalid type: floating point `2.0`, expected usize')],
    ['{"n":"2"}', format('invalid type: string "2", expected usize')],
    ['{"n":true}', format('invalid type: boolean `true`, expected usize')],
    ['{"n":null}', format('invalid type: null, expected usize')],
    ['{"n":[2]}', format('invalid type: sequence, expected usize')],
    ['{"n":{}}', format('invalid type: map, expected usize')],
    ['{}', format('missing field `n`')],
  ]);
  assertVerdicts(Type.Object({ n: uint32() }), [
    ['{"n":4294967295}', accepted],
    ['{"n":4294967296}', format('invalid value: integer `4294967296`, expected u32')],
  ]);
  assertVerdicts(Type.Object({ n: nonZero(uint({ minimum: 1 })) }), [
    ['{"n":1}', accepted],
    ['{"n":0}', format('invalid value: integer `0`, expected a nonzero usize')],
  ]);
});

test('floats may be written as integers, and with nothing behind the point', () => {
  const schema = Type.Object({
    f: float32(),
    list: opt(Type.Array(float32())),
    either: opt(Type.Union([int64(), float32()])),
  });
  for (const text of ['{"f":1}', '{"f":1.0}', '{"f":1e0}'])
    assert.deepEqual(validated(schema, text), { f: 1 });
  assert.deepEqual(validated(schema, '{"f":0,"list":[1.0,1e300]}'), { f: 0, list: [1, 1e300] });
  assert.deepEqual(validated(schema, '{"f":0,"either":2.0}'), { f: 0, either: 2 });
  assertVerdicts(Type.Object({ list: Type.Array(uint()) }), [
    ['{"list":[1,2]}', accepted],
    ['{"list":[1,2.0]}', format('invalid type: floating point `1.0`, expected usize')],
    ['{"list":[1,2.5]}', format('invalid type: floating point `2.5`, expected usize')],
  ]);
});

test('64-bit integers are exact up to their ends', () => {
  assertVerdicts(Type.Object({ n: uint64({ minimum: 1 }) }), [
    ['{"n":18446744073709551615}', accepted],
    ['{"n":9007199254740993}', accepted],
    ['{"n":0}', violation('n: value 0 invalid, must be 1 or larger')],
  ]);
  assert.match(
    bodyVerdict(Type.Object({ n: uint64() }), '{"n":18446744073709551616}'),
    /^400 .*expected u64$/,
  );
  assertVerdicts(Type.Object({ n: int64() }), [
    ['{"n":-9223372036854775808}', accepted],
    ['{"n":9223372036854775807}', accepted],
    ['{"n":9223372036854775808}', format('invalid value: integer `9223372036854775808`, expected i64')],
  ]);
  assert.deepEqual(validated(Type.Object({ n: uint64() }), '{"n":18446744073709551615}'), {
    n: 2n ** 64n - 1n,
  });
});

test('floats: bounds keep their .0, large integers are meant as floats', () => {
  const schema = Type.Object({ f: float32({ minimum: 0, maximum: 1.5 }) });
  assertVerdicts(schema, [
    ['{"f":1}', accepted],
    ['{"f":-1}', violation('f: value -1.0 invalid, must be from 0.0 to 1.5')],
    ['{"f":1.75}', violation('f: value 1.75 invalid, must be from 0.0 to 1.5')],
    ['{"f":"1"}', format('invalid type: string "1", expected f32')],
  ]);
  assert.deepEqual(validated(Type.Object({ f: float32() }), '{"f":9007199254740993}'), { f: 2 ** 53 });
  assert.deepEqual(validated(Type.Array(float32()), '[9007199254740993,1]'), [2 ** 53, 1]);
  assert.equal(
    bodyVerdict(Type.Object({ f: float32({ minimum: 1 }) }), '{"f":0.5}'),
    violation('f: value 0.5 invalid, must be 1.0 or larger'),
  );
  assert.equal(
    bodyVerdict(Type.Object({ f: float32({ maximum: 1 }) }), '{"f":2}'),
    violation('f: value 2.0 invalid, must be 1.0 or smaller'),
  );
});

test('texts are measured in characters', () => {
  assertVerdicts(Type.Object({ s: Type.String({ minLength: 2 }) }), [
    ['{"s":"ab"}', accepted],
    ['{"s":"😀"}', violation('s: value "😀" invalid, must be at least 2 characters')],
    ['{"s":1}', format('invalid type: integer `1`, expected a string')],
  ]);
  assertVerdicts(Type.Object({ s: Type.String({ minLength: 1, maxLength: 3 }) }), [
    ['{"s":"😀😀😀"}', accepted],
    ['{"s":""}', violation('s: value "" invalid, must be from 1 to 3 characters')],
    ['{"s":"a\\"bc"}', violation('s: value "a\\"bc" invalid, must be from 1 to 3 characters')],
  ]);
});

test('enumerations name what they know', () => {
  assertVerdicts(Type.Object({ e: oneOf(['a', 'b']) }), [
    ['{"e":"b"}', accepted],
    ['{"e":"c"}', format('unknown variant `c`, expected one of `a`, `b`')],
    ['{"e":1}', format('invalid type: integer `1`, expected string or map')],
  ]);
  assertVerdicts(Type.Object({ e: oneOf(['a']) }), [
    ['{"e":"c"}', format('unknown variant `c`, expected `a`')],
  ]);
});

test('null stands for an absent optional value, and for no other', () => {
  const schema = Type.Object({ given: uint(), maybe: opt(uint()), absent: Type.Optional(uint()) });
  assertVerdicts(schema, [
    ['{"given":1}', accepted],
    ['{"given":1,"maybe":null,"absent":null}', accepted],
    ['{"given":null}', format('invalid type: null, expected usize')],
    ['{"given":1,"maybe":"x"}', format('invalid type: string "x", expected usize')],
  ]);
});

test('unknown fields are ignored, unless the object is closed', () => {
  assertVerdicts(Type.Object({ a: uint() }), [['{"a":1,"b":{"c":2}}', accepted]]);
  assertVerdicts(Type.Object({ a: opt(uint()), b: opt(uint()) }, { additionalProperties: false }), [
    ['{"a":1,"c":1}', format('unknown field `c`, expected one of `a`, `b`')],
  ]);
  assertVerdicts(Type.Object({ a: uint() }, { additionalProperties: false }), [
    ['{"c":1}', format('unknown field `c`, expected `a`')],
  ]);
});

test('another spelling of a name becomes the name; the name itself wins', () => {
  const schema = withFacts(Type.Object({ limit: uint({ minimum: 1 }) }), { aliases: { top: 'limit' } });
  assert.deepEqual(validated(schema, '{"top":3}'), { limit: 3 });
  assert.deepEqual(validated(schema, '{"top":3,"limit":4}'), { limit: 4 });
  assert.deepEqual(validated(schema, '{"top":3,"limit":null}'), { limit: 3 });
  assertVerdicts(schema, [
    ['{"top":0}', violation('limit: value 0 invalid, must be 1 or larger')],
    ['{}', format('missing field `limit`')],
  ]);
});

test('paths: names, elements, the entry of a map, and one of several entries', () => {
  const inner = Type.Object({ n: uint({ minimum: 1 }) });
  const schema = Type.Object({ list: opt(Type.Array(inner)), map: opt(Type.Record(Type.String(), inner)) });
  const tooSmall = 'value 0 invalid, must be 1 or larger';
  assertVerdicts(schema, [
    ['{"list":[{"n":1},{"n":0}]}', violation(`list[1].n: ${tooSmall}`)],
    ['{"map":{"a":{"n":1},"b":{"n":0}}}', violation(`map.?.n: ${tooSmall}`)],
    ['{"map":{"a":{"n":0},"b":{"n":0}}}', violation(`map.?[0].n: ${tooSmall}; map.?[1].n: ${tooSmall}`)],
    [
      '{"list":[{"n":0},{"n":0}],"map":{"a":{"n":0}}}',
      violation(`list[0].n: ${tooSmall}; list[1].n: ${tooSmall}; map.?.n: ${tooSmall}`),
    ],
    ['{"list":{}}', format('invalid type: map, expected a sequence')],
    ['{"map":[]}', format('invalid type: sequence, expected a map')],
    ['{"map":{"a":{"n":1},"b":{}}}', format('missing field `n`')],
  ]);
});

test('rules speak only of values of the right shape, and add to what else is wrong', () => {
  const schema = rule(Type.Object({ a: uint({ minimum: 1 }), b: uint() }), ({ a, b }) =>
    a < b ? undefined : { at: 'b', message: 'must be larger than a' },
  );
  assertVerdicts(Type.Object({ pair: schema }), [
    ['{"pair":{"a":1,"b":2}}', accepted],
    ['{"pair":{"a":2,"b":2}}', violation('pair.b: must be larger than a')],
    [
      '{"pair":{"a":0,"b":0}}',
      violation('pair.a: value 0 invalid, must be 1 or larger; pair.b: must be larger than a'),
    ],
    ['{"pair":{"a":"x","b":0}}', format('invalid type: string "x", expected usize')],
  ]);
  const word = rule(Type.String(), (text) =>
    text === 'ok' ? undefined : { message: `bad word ${text}`, format: true },
  );
  assertVerdicts(Type.Object({ n: uint({ minimum: 1 }), word }), [
    ['{"n":0,"word":"x"}', format('bad word x')],
  ]);
});

test('the part of the request is named', () => {
  const schema = Type.Object({ n: uint({ minimum: 1 }) });
  assert.throws(() => compileValidator(schema, { part: 'path parameters' })({ n: 'x' }), {
    code: 'NEARIFY_FORMAT',
    message: 'Deserialize error in path parameters: invalid type: string "x", expected usize',
  });
  assert.throws(() => compileValidator(schema, { part: 'query parameters' })({ n: 0 }), {
    code: 'NEARIFY_VALIDATION',
    message: 'Validation error in query parameters: [n: value 0 invalid, must be 1 or larger]',
  });
});

test('parameters: text becomes what the schema declares, and nothing else', () => {
  const schema = Type.Object({
    wait: Type.Optional(Type.Boolean()),
    n: Type.Optional(uint64()),
    either: Type.Optional(Type.Union([uint(), oneOf(['all'])])),
    name: Type.Optional(Type.String()),
  });
  assert.deepEqual(coerceParameters(schema, { wait: 'true', n: '7', either: 'all', name: '12' }), {
    wait: true,
    n: 7,
    either: 'all',
    name: '12',
  });
  assert.deepEqual(coerceParameters(schema, { wait: 'false', n: '18446744073709551615', either: '3' }), {
    wait: false,
    n: 2n ** 64n - 1n,
    either: 3,
  });
  // What does not convert is left for the validator to refuse.
  assert.deepEqual(coerceParameters(schema, { wait: 'maybe', n: '-1', name: '' }), {
    wait: 'maybe',
    n: '-1',
  });
  assert.deepEqual(coerceParameters(schema, { wait: ['true', 'true'], other: 'x' }), {
    wait: ['true', 'true'],
  });
});

test('a filter in a filter in a filter costs each level once, not twice the level below', () => {
  let looks = 0;
  const leaf = Object.defineProperty({ key: 'a' }, 'match', {
    enumerable: true,
    get: () => {
      looks += 1;
      return { value: 1 };
    },
  });
  const depth = 16;
  let filter: unknown = leaf;
  for (let level = 0; level < depth; level++) filter = { must: [filter] };
  compileValidator(Filter, { part: 'JSON body' })(filter);
  assert.ok(looks <= depth * 20, `${looks} looks at the innermost condition`);
});
