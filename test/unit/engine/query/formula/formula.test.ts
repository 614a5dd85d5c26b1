import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Expression } from '../../../../../schemas/formula.ts';
import { compileFormula } from '../../../../../src/engine/query/formula/compile.ts';
import { ServiceError } from '../../../../../src/shared/errors.ts';
import { pointOf } from '../../payload/filter/point.ts';
import { runs } from '../../../../helpers/property-runs.ts';

interface Given {
  readonly payload?: string;
  readonly scores?: readonly (number | undefined)[];
  readonly defaults?: Record<string, unknown>;
}

function evaluate(formula: Expression, { payload = '{}', scores = [], defaults = {} }: Given = {}): number {
  return compileFormula({ formula, defaults })({
    ...pointOf(payload),
    score: (prefetch) => scores[prefetch],
  });
}

function refusal(formula: Expression, given?: Given): string {
  try {
    return `evaluates to ${evaluate(formula, given)}`;
  } catch (error) {
    if (error instanceof ServiceError) return `${error.httpStatus} ${error.message}`;
    throw error;
  }
}

const f32 = Math.fround;

const VALUES: readonly (readonly [Expression, number])[] = [
  [1.5, 1.5],
  [{ sum: [] }, 0],
  [{ sum: [1, 2, 0.5] }, 3.5],
  [{ sum: Float32Array.of(1, 2, 0.5) }, 3.5],
  [{ mult: [] }, 1],
  [{ mult: [2, 3, 0.5] }, 3],
  [{ mult: [0, 'missing'] }, 0],
  [{ neg: 2 }, -2],
  [{ abs: { neg: 2 } }, 2],
  [{ div: { left: 1, right: 4 } }, 0.25],
  [{ div: { left: 0, right: 'missing' } }, 0],
  [{ div: { left: 1, right: 0, by_zero_default: 7 } }, 7],
  [{ div: { left: 0, right: 0 } }, 0],
  [{ sqrt: 9 }, 3],
  [{ pow: { base: 2, exponent: -2 } }, 0.25],
  [{ pow: { base: 0, exponent: 0 } }, 1],
  [{ exp: 0 }, 1],
  [{ log10: 1000 }, 3],
  [{ ln: 1 }, 0],
  [{ acosh: 1 }, 0],
  [{ max: [1, 3, { neg: 5 }] }, 3],
  [{ min: [1, 3, { neg: 5 }] }, -5],
  [{ must: { has_id: [7] } }, 1],
  [{ has_id: [8] }, 0],
  [{ key: 'a', match: { value: 1 } }, 0],
  [{}, 1],
  [{ sum: [{ has_id: [7] }, { has_vector: 'image' }, { has_vector: '' }] }, 2],
  [{ lin_decay: { x: 0 } }, 1],
  [{ lin_decay: { x: 1 } }, 0.5],
  [{ lin_decay: { x: 3 } }, 0],
  [{ lin_decay: { x: { neg: 5 }, target: 5, scale: 20, midpoint: 0.5 } }, 0.75],
  [{ lin_decay: { x: 9, midpoint: 1 } }, 1],
  [{ exp_decay: { x: 1 } }, 0.5],
  [{ exp_decay: { x: 4, target: 2, scale: 1, midpoint: 0.25 } }, 0.0625],
  [{ gauss_decay: { x: 1 } }, 0.5],
  [{ gauss_decay: { x: { neg: 4 }, scale: 2 } }, 0.0625],
  [{ datetime: '1970-01-02' }, 86_400],
  [{ datetime: '1970-01-01T00:00:01.5Z' }, 1.5],
];

for (const [formula, value] of VALUES) {
  test(`${JSON.stringify(formula)} is ${value}`, () => {
    assert.equal(evaluate(formula), f32(value));
  });
}

test('scores of prefetches: the first one without a number, then defaults, then 0', () => {
  assert.equal(evaluate('$score', { scores: [0.5, 2] }), 0.5);
  assert.equal(evaluate('$score[0]', { scores: [0.5, 2] }), 0.5);
  assert.equal(evaluate('$score[1]', { scores: [0.5, 2] }), 2);
  assert.equal(evaluate('$score[1]', { scores: [0.5] }), 0);
  assert.equal(evaluate('$score[1]', { defaults: { '$score[1]': 3 } }), 3);
  assert.equal(evaluate('$score[0]', { defaults: { $score: 4 } }), 4);
  assert.equal(evaluate('$score', { scores: [0], defaults: { $score: 4 } }), 0);
});

test('payload values: one number, alone or in an array; a default only for what is missing', () => {
  const payload = '{"a":2,"f":2.0,"arr":[3],"deep":{"b":[{"c":4}]},"none":[],"big":18446744073709551615}';
  for (const [key, value] of [
    ['a', 2],
    ['f', 2],
    ['arr', 3],
    ['arr[]', 3],
    ['arr[0]', 3],
    ['deep.b[].c', 4],
    ['deep.b[0].c', 4],
    ['big', 2 ** 64],
  ] as const) {
    assert.equal(evaluate(key, { payload, defaults: { [key]: 9 } }), value);
  }
  for (const key of ['missing', 'none', 'none[]', 'arr[1]', 'a.b']) {
    assert.equal(evaluate(key, { payload, defaults: { [key]: 9 } }), 9);
  }
});

test('dates and places of the payload', () => {
  const payload = '{"at":"1970-01-01T00:01:00Z","home":{"lon":13.4,"lat":52.5}}';
  assert.equal(evaluate({ datetime_key: 'at' }, { payload }), 60);
  assert.equal(evaluate({ datetime_key: 'x' }, { defaults: { x: '1970-01-02' } }), 86_400);
  const metres = evaluate({ geo_distance: { origin: { lon: 13.4, lat: 53.5 }, to: 'home' } }, { payload });
  assert.ok(Math.abs(metres - 111_195) < 1);
  const here = { geo_distance: { origin: { lon: 1, lat: 2 }, to: 'x' } };
  assert.equal(evaluate(here, { defaults: { x: { lon: 1, lat: 2 } } }), 0);
});

const WRONG_TYPE = (type: string, key: string, why: string) =>
  `400 Wrong input: Expected ${type} value for ${key} in the payload and/or in the formula defaults. Error: ${why}`;
const NON_FINITE = (what: string) => `400 Wrong input: The expression ${what} produced a non-finite number`;
const INVALID = (why: string) => `400 Wrong input: Validation failed: ${why}`;
const PAYLOAD = '{"text":"a","yes":true,"many":[1,2],"null":null,"here":{"lon":1},"there":{"lat":1}}';

const REFUSED: readonly (readonly [Expression, string])[] = [
  ['missing', WRONG_TYPE('number', 'missing', 'No value found in a payload nor defaults')],
  ['text', WRONG_TYPE('number', 'text', 'Value is not a number')],
  ['yes', WRONG_TYPE('number', 'yes', 'Value is not a number')],
  ['many', WRONG_TYPE('number', 'many', 'Value is not a number')],
  ['null', WRONG_TYPE('number', 'null', 'Value is not a number')],
  [
    { datetime_key: 'missing' },
    WRONG_TYPE('datetime', 'missing', 'No value found in a payload nor defaults'),
  ],
  [{ datetime_key: 'yes' }, WRONG_TYPE('datetime', 'yes', 'value is not a string')],
  [
    { datetime_key: 'text' },
    WRONG_TYPE('datetime', 'text', 'value is not in an accepted datetime format (RFC 3339)'),
  ],
  [
    { geo_distance: { origin: { lon: 0, lat: 0 }, to: 'text' } },
    WRONG_TYPE('geo point', 'text', 'Value is not a geo point'),
  ],
  [
    { geo_distance: { origin: { lon: 0, lat: 0 }, to: 'here' } },
    WRONG_TYPE('geo point', 'here', 'missing field `lat`'),
  ],
  [
    { geo_distance: { origin: { lon: 0, lat: 0 }, to: 'there' } },
    WRONG_TYPE('geo point', 'there', 'missing field `lon`'),
  ],
  ['$other', INVALID('failed to parse variable ID $other: Invalid reserved word: $other')],
  ['$score.a', INVALID('failed to parse variable ID $score.a: Invalid reserved variable: $score.a')],
  ['$score[]', INVALID('failed to parse variable ID $score[]: Invalid reserved variable: $score[]')],
  [
    '$score[1][2]',
    INVALID('failed to parse variable ID $score[1][2]: Invalid reserved variable: $score[1][2]'),
  ],
  ['$', INVALID('failed to parse variable ID $: Invalid reserved variable: $')],
  ['a..b', INVALID('failed to parse variable ID a..b: Invalid payload variable: a..b')],
  ['', INVALID('failed to parse variable ID : Invalid payload variable: ')],
  [
    { datetime: 'soon' },
    INVALID('failed to parse date-time soon: it is not in an accepted format (RFC 3339)'),
  ],
  [{ div: { left: 1, right: 0 } }, NON_FINITE('1/0 = inf')],
  [{ div: { left: -1, right: 0 } }, NON_FINITE('-1/0 = -inf')],
  [{ sqrt: { neg: 1 } }, NON_FINITE('√-1 = NaN')],
  [{ pow: { base: { neg: 1 }, exponent: 0.5 } }, NON_FINITE('-1^0.5 = NaN')],
  [{ pow: { base: 0, exponent: { neg: 1 } } }, NON_FINITE('0^-1 = inf')],
  [{ exp: 1000 }, NON_FINITE('exp(1000) = inf')],
  [{ log10: 0 }, NON_FINITE('log10(0) = -inf')],
  [{ ln: { neg: 1 } }, NON_FINITE('ln(-1) = NaN')],
  [{ acosh: 0.5 }, NON_FINITE('acosh(0.5) = NaN')],
  [{ exp: 100 }, NON_FINITE('2.6881171418161356e+43 as f32 = inf')],
  [{ max: [] }, INVALID('`max` needs at least one operand')],
  [{ min: [] }, INVALID('`min` needs at least one operand')],
  [
    { lin_decay: { x: 0, midpoint: 1.5 } },
    INVALID('Linear decay midpoint should be in the range [0.0, 1.0], got 1.5.'),
  ],
  [{ exp_decay: { x: 0, midpoint: 0 } }, INVALID('Decay midpoint should be in the range (0.0, 1.0), got 0.')],
  [
    { gauss_decay: { x: 0, midpoint: 1 } },
    INVALID('Decay midpoint should be in the range (0.0, 1.0), got 1.'),
  ],
  [{ lin_decay: { x: 0, scale: 0 } }, INVALID('Decay scale should be non-zero positive, got 0.')],
  [{ gauss_decay: { x: 0, scale: -1 } }, INVALID('Decay scale should be non-zero positive, got -1.')],
];

for (const [formula, message] of REFUSED) {
  test(`${JSON.stringify(formula)} is refused`, () => {
    assert.equal(refusal(formula, { payload: PAYLOAD }), message);
  });
}

test('defaults of a wrong type are faults of the points that need them', () => {
  const message = WRONG_TYPE('number', 'x', 'Value is not a number');
  assert.equal(refusal('x', { defaults: { x: 'text' } }), message);
  assert.equal(evaluate('x', { payload: '{"x":1}', defaults: { x: 'text' } }), 1);
});

const number = fc.double({ min: -1000, max: 1000, noNaN: true });

test('decays are 1 at the target, the midpoint at the scale, symmetric, and fall with the distance', () => {
  const kinds = fc.constantFrom('lin_decay', 'exp_decay', 'gauss_decay');
  const positive = fc.double({ min: 0.01, max: 100, noNaN: true });
  const midpoint = fc.double({ min: 0.01, max: 0.99, noNaN: true });
  fc.assert(
    fc.property(kinds, number, positive, midpoint, number, (kind, target, scale, middle, distance) => {
      const at = (x: number) =>
        evaluate({ [kind]: { x: 'x', target: 't', scale, midpoint: middle } } as unknown as Expression, {
          defaults: { x, t: target },
        });
      const close = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-4, `${kind}: ${a}, ${b}`);
      assert.equal(at(target), 1);
      close(at(target + f32(scale)), f32(middle));
      close(at(target + distance), at(target - distance));
      assert.ok(at(target + distance) >= at(target + 1.5 * distance) - 1e-6);
      assert.ok(at(target + distance) >= 0 && at(target + distance) <= 1);
    }),
    runs(300),
  );
});

test('sums and products do not care about the order, nested or not', () => {
  fc.assert(
    fc.property(
      fc.array(number, { minLength: 2, maxLength: 6 }),
      fc.constantFrom('sum', 'mult'),
      (all, key) => {
        const of = (list: readonly Expression[]) => ({ [key]: list }) as unknown as Expression;
        const whole = evaluate(of(all));
        const nested = evaluate(of([of(all.slice(1).toReversed()), all[0]!]));
        assert.ok(Math.abs(whole - nested) <= 1e-5 * Math.max(1, Math.abs(whole)));
      },
    ),
    runs(200),
  );
});
