import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseDatetime } from '../../../src/shared/datetime.ts';
import { runs } from '../../helpers/property-runs.ts';

const noon = Date.UTC(2024, 1, 29, 12, 30, 5) * 1000;

test('the forms that are accepted', () => {
  const cases: readonly (readonly [string, number | bigint])[] = [
    ['2024-02-29T12:30:05Z', noon],
    ['2024-02-29t12:30:05z', noon],
    ['2024-02-29 12:30:05Z', noon],
    ['2024-02-29T12:30:05', noon],
    ['2024-02-29 12:30:05', noon],
    ['2024-02-29T14:30:05+02:00', noon],
    ['2024-02-29T14:30:05+0200', noon],
    ['2024-02-29T14:30:05+02', noon],
    ['2024-02-29T09:00:05-03:30', noon],
    ['2024-02-29T12:30:05.5Z', noon + 500_000],
    ['2024-02-29T12:30:05.123456789', noon + 123_456],
    ['2024-02-29T12:30', noon - 5e6],
    ['2024-02-29 12:30', noon - 5e6],
    ['2024-02-29', Date.UTC(2024, 1, 29) * 1000],
    ['1969-12-31T23:59:59.999999Z', -1],
    ['0001-01-01', -62_135_596_800_000_000n],
    ['9999-12-31T23:59:59.999999Z', 253_402_300_799_999_999n],
  ];
  for (const [text, micros] of cases) assert.equal(parseDatetime(text), micros, text);
});

test('the forms that are not', () => {
  const wrong = [
    '',
    '2024',
    '20240229',
    '2024-2-9',
    '2023-02-29',
    '1900-02-29',
    '2024-13-01',
    '2024-00-01',
    '2024-01-00',
    '2024-04-31',
    '2024-01-01T24:00:00Z',
    '2024-01-01T10:60:00Z',
    '2024-01-01T10:00:61Z',
    '2024-01-01T10',
    '2024-01-01T10:00Z',
    '2024-01-01T10:00:00.Z',
    '2024-01-01T10:00:00+24:00',
    '2024-01-01T10:00:00+2',
    '2024-01-01T10:00:00 PM',
    '1706745600',
    'Thu, 01 Feb 2024 00:00:00 GMT',
    ' 2024-01-01',
  ];
  for (const text of wrong) assert.equal(parseDatetime(text), undefined, text);
});

test('agrees with Date', () => {
  fc.assert(
    fc.property(
      fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
      (date) => {
        assert.equal(BigInt(parseDatetime(date.toISOString())!), BigInt(date.getTime()) * 1000n);
      },
    ),
    runs(500),
  );
});
