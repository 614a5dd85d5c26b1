import assert from 'node:assert/strict';
import { test } from 'node:test';
import { comparison } from '../../../bench/compare.ts';
import { curvesIn, numbersIn } from '../../../bench/curves.ts';
import { reportPage } from '../../../bench/report.ts';

const RESULT = {
  upload: { seconds: 3 },
  unfiltered: [
    { ef: 32, recall: 0.98, cpuMicros: 90 },
    { ef: 16, recall: 0.9, cpuMicros: 50 },
  ],
};

test('curves are found wherever they are, in the order of recall', () => {
  assert.deepEqual(curvesIn(RESULT, 'cpuMicros'), [
    {
      name: 'unfiltered',
      points: [
        { recall: 0.9, cost: 50 },
        { recall: 0.98, cost: 90 },
      ],
    },
  ]);
  assert.deepEqual(curvesIn(RESULT, 'queriesPerSecond'), []);
});

test('every number has a name', () => {
  assert.equal(numbersIn(RESULT).get('upload.seconds'), 3);
  assert.equal(numbersIn(RESULT).get('unfiltered.1.cpuMicros'), 50);
});

const kept = (label: string) => ({ bench: 'http/search', label, args: [], at: '2026-01-01', result: RESULT });

test('the report shows curves and numbers of each label beside each other, and nothing unescaped', () => {
  const page = reportPage([kept('nearify'), kept('<other>')]);
  assert.equal(page.match(/<polyline/g)?.length, 2);
  assert.match(page, /<td>upload\.seconds<\/td><td>3<\/td><td>3<\/td>/);
  assert.ok(!page.includes('<other>') && page.includes('&lt;other>'));
  assert.ok(!page.includes('NaN'));
});

const turns = (...values: number[]) => values.map((value) => new Map([['a.b', value]]));

test('a comparison has both medians and the ratio of each turn', () => {
  assert.deepEqual(comparison(turns(10, 20, 30), turns(5, 20, 15)), [['a.b', '20', '15', '0.5', '0.5 .. 1']]);
});
