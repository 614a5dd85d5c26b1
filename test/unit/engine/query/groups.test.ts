import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { GroupCollector, type GroupKey, groupKeys } from '../../../../src/engine/query/groups.ts';
import { JsonFloat } from '../../../../src/shared/json/lossless.ts';
import { runs } from '../../../helpers/property-runs.ts';

test('strings and integers are groups, each once; elements of arrays count one by one', () => {
  assert.deepEqual(groupKeys(['a']), ['a']);
  assert.deepEqual(groupKeys([['a', 1, 'a'], 2n ** 60n]), ['a', 1, 2n ** 60n]);
  assert.deepEqual(groupKeys(['1', 1]), ['1', 1]);
  assert.deepEqual(groupKeys([]), []);
});

test('one value of another kind and the point is in no group', () => {
  for (const value of [1.5, new JsonFloat(1), true, null, {}, [['a']]]) {
    assert.deepEqual(groupKeys(['a', value]), []);
    assert.deepEqual(groupKeys([['a', value]]), []);
  }
});

test('hits fill their groups in order; a group beyond the limit is not opened', () => {
  const collector = new GroupCollector<number>({ limit: 2, size: 2 });
  collector.add(['a'], 1);
  collector.add(['a', 'b'], 2);
  collector.add(['c', 'a'], 3);
  assert.equal(collector.isComplete, false);
  collector.add(['b'], 4);
  assert.equal(collector.isComplete, true);
  assert.deepEqual(collector.groups(), [
    { key: 'a', hits: [1, 2] },
    { key: 'b', hits: [2, 4] },
  ]);
});

test('once complete, nothing changes', () => {
  const hits = fc.array(fc.uniqueArray(fc.nat(5), { maxLength: 3 }), { maxLength: 60 });
  fc.assert(
    fc.property(hits, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (all, limit, size) => {
      const collector = new GroupCollector<number>({ limit, size });
      const firstSeen = [...new Set<GroupKey>(all.flat())].slice(0, limit);
      let complete: unknown;
      for (const [hit, keys] of all.entries()) {
        collector.add(keys, hit);
        if (collector.isComplete)
          complete ??= collector.groups().map(({ key, hits: kept }) => [key, [...kept]]);
      }
      const found = collector.groups().map(({ key, hits: kept }) => [key, [...kept]]);
      if (complete !== undefined) assert.deepEqual(found, complete);
      const expected = firstSeen.map((key) => [
        key,
        all.flatMap((keys, hit) => (keys.includes(key as number) ? [hit] : [])).slice(0, size),
      ]);
      assert.deepEqual(found, expected);
    }),
    runs(200),
  );
});
