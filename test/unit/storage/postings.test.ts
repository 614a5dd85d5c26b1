import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eachPosting, encodePostings, POSTINGS_BLOCK_ROWS } from '../../../src/storage/postings.ts';
import { Random } from '../../helpers/random.ts';

function decoded(value: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  eachPosting(value, (row, count) => found.push([row, count]));
  return found;
}

test('rows come back ascending, with their counts', () => {
  const random = new Random(3);
  for (let run = 0; run < 100; run++) {
    const postings = new Map<number, number>();
    for (let n = random.between(0, 300); n > 0; n--) {
      const count = random.chance(0.7) ? 1 : random.between(2, 100_000);
      postings.set(random.between(0, POSTINGS_BLOCK_ROWS - 1), count);
    }
    assert.deepEqual(
      decoded(encodePostings(postings)),
      [...postings].toSorted(([a], [b]) => a - b),
    );
  }
});

test('the bytes: distance and count share a varint', () => {
  assert.deepEqual([...encodePostings(new Map([[0, 1]]))], [2]);
  assert.deepEqual(
    [
      ...encodePostings(
        new Map([
          [2047, 300],
          [63, 1],
        ]),
      ),
    ],
    [0x80, 0x01, 0x81, 0x1f, 0xac, 0x02],
  );
});
