import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  badRequest,
  collectionNotFound,
  ERROR_KINDS,
  type ErrorCode,
  formatError,
  internalError,
  notFound,
  ServiceError,
  validationError,
  wrongInput,
} from '../../../src/shared/errors.ts';

const ARCHITECTURE = new URL('../../../src/ARCHITECTURE.md', import.meta.url);
const TESTS = fileURLToPath(new URL('../../', import.meta.url));
/** Tests that walk the table name no code because it is produced. */
const WALKS = ['errors.test.ts', 'wire-error.test.ts', 'error-handler.test.ts'];
const codes = Object.keys(ERROR_KINDS) as ErrorCode[];

test('codes are spelled alike and differ', () => {
  for (const code of codes) assert.match(code, /^NEARIFY(_[A-Z]+)+$/);
  assert.equal(new Set(codes).size, codes.length);
});

test('who is to blame fits the status', () => {
  for (const code of codes) {
    const { httpStatus, blame } = ERROR_KINDS[code];
    const expected = httpStatus === 503 ? 'overload' : httpStatus >= 500 ? 'service' : 'user';
    // Nothing of ours is at fault where a model is missing, whatever status Qdrant has for it.
    assert.equal(blame, code === 'NEARIFY_NO_INFERENCE' ? 'user' : expected, code);
  }
});

test('every code is produced by a test', () => {
  const files = globSync('**/*.test.ts', { cwd: TESTS }).filter(
    (file) => !WALKS.includes(path.basename(file)),
  );
  const texts = files.map((file) => readFileSync(path.join(TESTS, file), 'utf8'));
  const untested = codes.filter((code) => !texts.some((text) => text.includes(`'${code}'`)));
  assert.deepEqual(untested, []);
});

test('every code is in the list of src/ARCHITECTURE.md', () => {
  const text = readFileSync(ARCHITECTURE, 'utf8');
  const missing = codes.filter((code) => !text.includes(`\`${code}\``));
  assert.deepEqual(missing, []);
});

test('an error carries what its kind says, and the prefix in its message', () => {
  for (const code of codes) {
    const cause = new Error('why');
    const error = new ServiceError(code, 'text', { detail: { expected: 1 }, cause });
    const { httpStatus, blame, prefix } = ERROR_KINDS[code];
    assert.deepEqual(
      [error.name, error.code, error.httpStatus, error.blame, error.message, error.detail, error.cause],
      ['ServiceError', code, httpStatus, blame, `${prefix}text`, { expected: 1 }, cause],
    );
  }
  assert.ok(!('cause' in new ServiceError('NEARIFY_INTERNAL', 'text')));
});

test('the short forms read as Qdrant does', () => {
  const cases: readonly (readonly [ServiceError, number, string])[] = [
    [formatError('JSON body', 'bad'), 400, 'Format error in JSON body: bad'],
    [formatError('path parameters', 'bad'), 400, 'Deserialize error in path parameters: bad'],
    [formatError('query parameters', 'bad'), 400, 'Deserialize error in query parameters: bad'],
    [validationError('JSON body', ['a.b: x', 'c: y']), 422, 'Validation error in JSON body: [a.b: x; c: y]'],
    [validationError('query parameters', ['t: z']), 422, 'Validation error in query parameters: [t: z]'],
    [wrongInput('bad'), 400, 'Wrong input: bad'],
    [badRequest('bad'), 400, 'Bad request: bad'],
    [notFound('x'), 404, 'Not found: x'],
    [collectionNotFound('x'), 404, "Not found: Collection `x` doesn't exist!"],
    [internalError('bad'), 500, 'Service internal error: bad'],
    [
      new ServiceError('NEARIFY_ALREADY_EXISTS', 'Collection `x` already exists!'),
      409,
      'Wrong input: Collection `x` already exists!',
    ],
  ];
  for (const [error, status, message] of cases) {
    assert.deepEqual([error.httpStatus, error.message], [status, message]);
  }
});
