import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  allBits,
  atLeast,
  both,
  clearBehind,
  countBits,
  either,
  exactly,
  forEachBit,
  hasBit,
  isExact,
  noBits,
  not,
  setBit,
  type Truth,
} from '../../../../../src/engine/payload/filter/truth.ts';
import { Random } from '../../../../helpers/random.ts';

const ROWS = [1, 31, 32, 33, 100];
const random = new Random(5);

/** What is known of each row: true, false, or undefined. */
type Known = readonly (boolean | undefined)[];

function randomKnown(rows: number): Known {
  return Array.from({ length: rows }, () => [true, false, undefined][random.between(0, 2)]);
}

function truthOf(known: Known): Truth {
  const certain = noBits(known.length);
  const possible = noBits(known.length);
  for (const [row, value] of known.entries()) {
    if (value === true) setBit(certain, row);
    if (value !== false) setBit(possible, row);
  }
  return known.includes(undefined) ? { certain, possible } : exactly(certain);
}

function knownOf({ certain, possible }: Truth, rows: number): Known {
  assert.deepEqual(
    [clearBehind(certain.slice(), rows), clearBehind(possible.slice(), rows)],
    [certain, possible],
  );
  return Array.from({ length: rows }, (_, row) =>
    hasBit(certain, row) ? true : hasBit(possible, row) ? undefined : false,
  );
}

/** Kleene's tables: the value under every reading of the unknown ones, if all agree. */
function kleene(values: readonly (boolean | undefined)[], holds: (values: readonly boolean[]) => boolean) {
  const open = values.filter((value) => value === undefined).length;
  const outcomes = new Set<boolean>();
  for (let reading = 0; reading < 2 ** open; reading++) {
    let next = 0;
    outcomes.add(holds(values.map((value) => value ?? ((reading >> next++) & 1) === 1)));
  }
  return outcomes.size === 1 ? [...outcomes][0] : undefined;
}

test('and, or, not and counting follow the three-valued tables', () => {
  for (const rows of ROWS) {
    for (let run = 0; run < 20; run++) {
      const [a, b, c] = [randomKnown(rows), randomKnown(rows), randomKnown(rows)] as const;
      const [ta, tb, tc] = [truthOf(a), truthOf(b), truthOf(c)];
      const expect = (truth: Truth, sets: readonly Known[], holds: (values: readonly boolean[]) => boolean) =>
        assert.deepEqual(
          knownOf(truth, rows),
          a.map((_, row) =>
            kleene(
              sets.map((set) => set[row]),
              holds,
            ),
          ),
        );
      expect(both(ta, tb), [a, b], ([x, y]) => x! && y!);
      expect(either(ta, tb), [a, b], ([x, y]) => x! || y!);
      expect(not(ta, rows), [a], ([x]) => !x);
      for (const count of [1, 2, 3, 4]) {
        const truth = atLeast(count, [ta, tb, tc], rows);
        expect(truth, [a, b, c], (values) => values.filter(Boolean).length >= count);
      }
    }
  }
});

test('what is exact stays exact', () => {
  const a = exactly(allBits(40));
  const b = exactly(noBits(40));
  for (const truth of [both(a, b), either(a, b), not(a, 40), atLeast(1, [a, b], 40)]) {
    assert.ok(isExact(truth));
  }
});

test('bits are visited in order and counted from a row on', () => {
  const bits = noBits(100);
  const rows = [0, 1, 31, 32, 63, 64, 99];
  for (const row of rows) setBit(bits, row);
  for (const from of [0, 1, 2, 31, 32, 33, 64, 65, 99, 100]) {
    const visited: number[] = [];
    forEachBit(bits, from, (row) => visited.push(row));
    assert.deepEqual(
      visited,
      rows.filter((row) => row >= from),
    );
    assert.equal(countBits(bits, from), visited.length);
  }
});
