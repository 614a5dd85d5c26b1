import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ChangeParameters,
  CollectionPath,
  NewCollectionPath,
  ReadParameters,
  WriteParameters,
} from '../../../schemas/parameters.ts';
import { accepted, parameterVerdict } from '../../helpers/verdict.ts';

type Raw = Readonly<Record<string, string>>;
const writing = (raw: Raw) => parameterVerdict(WriteParameters, 'query parameters', raw);
const reading = (raw: Raw) => parameterVerdict(ReadParameters, 'query parameters', raw);
const changing = (raw: Raw) => parameterVerdict(ChangeParameters, 'query parameters', raw);
const unparsed = (text: string) => `400 Deserialize error in query parameters: ${text}`;
const named = (schema: typeof CollectionPath, name: string) =>
  parameterVerdict(schema, 'path parameters', { collection_name: name });
const refused = (text: string) => `422 Validation error in path parameters: [collection_name: ${text}]`;

test('parameters of writes', () => {
  assert.equal(writing({}), accepted);
  assert.equal(writing({ wait: 'true', ordering: 'strong', timeout: '5', other: 'x' }), accepted);
  assert.equal(writing({ wait: '', ordering: '', timeout: '' }), accepted);
  assert.equal(writing({ wait: 'maybe' }), unparsed('invalid type: string "maybe", expected a boolean'));
  assert.equal(
    writing({ ordering: 'wild' }),
    unparsed('unknown variant `wild`, expected one of `weak`, `medium`, `strong`'),
  );
});

test('parameters of reads', () => {
  for (const consistency of ['1', '3', 'majority', 'quorum', 'all', '']) {
    assert.equal(reading({ consistency, timeout: '1' }), accepted);
  }
  for (const consistency of ['0', '-1', 'none']) {
    assert.match(
      reading({ consistency }),
      /^400 Deserialize error in query parameters: read consistency must be/,
    );
  }
  assert.equal(reading({ timeout: 'x' }), unparsed('invalid type: string "x", expected a nonzero usize'));
  assert.equal(reading({ timeout: '0' }), unparsed('invalid value: integer `0`, expected a nonzero usize'));
});

test('a timeout of 0 of a change of collections is a violation', () => {
  assert.equal(changing({ timeout: '60' }), accepted);
  assert.equal(
    changing({ timeout: '0' }),
    '422 Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]',
  );
});

test('names of collections', () => {
  for (const name of ['a', 'x'.repeat(255), 'ü ñ.😀', '😀'.repeat(255)]) {
    assert.equal(named(NewCollectionPath, name), accepted);
  }
  for (const schema of [CollectionPath, NewCollectionPath]) {
    const long = 'x'.repeat(256);
    assert.equal(named(schema, long), refused(`value "${long}" invalid, must be from 1 to 255 characters`));
    assert.equal(named(schema, 'a/b'), refused('collection name cannot contain "/" char'));
    assert.equal(named(schema, 'a\0b'), refused('collection name cannot contain "\\u0000" char'));
  }
  for (const character of '<>:"\\|?*\u001f') {
    const shown = JSON.stringify(character);
    assert.equal(
      named(NewCollectionPath, `a${character}b`),
      refused(`collection name cannot contain ${shown} char`),
    );
    assert.equal(named(CollectionPath, `a${character}b`), accepted);
  }
});
