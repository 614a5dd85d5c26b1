import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { attachKernels } from '../../src/kernels/loader.ts';
import { referenceSideKernels } from '../../src/kernels/reference-side.ts';
import {
  createSideMemory,
  indexBytesMax,
  LIST,
  SIDE,
  SIDE_CONSTANTS,
  sideLayout,
  SPARSE_WINDOW,
  TERM,
} from '../../src/kernels/side-layout.ts';
import { runs } from '../helpers/property-runs.ts';
import { module, prng, readHeap } from './support.ts';

interface Row {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}

/** A side memory with sparse rows in it, the thread's scratch area, and the twins over the same memory. */
class SparseMemory {
  readonly layout;
  readonly memory;
  readonly kernels;
  readonly twins;
  readonly scratch;
  readonly words: Uint32Array;
  readonly floats: Float32Array;
  readonly view: DataView;
  readonly rowCount: number;

  constructor(capacity: number) {
    this.layout = sideLayout({ capacity, scratchCount: 1, bytesMax: 0 });
    this.memory = createSideMemory(this.layout);
    this.kernels = attachKernels(this.memory, module);
    this.twins = referenceSideKernels(this.memory, { starts: this.layout.starts, rowCount: capacity });
    this.scratch = this.layout.scratch[0]!;
    this.words = new Uint32Array(this.memory.buffer);
    this.floats = new Float32Array(this.memory.buffer);
    this.view = new DataView(this.memory.buffer);
    this.rowCount = capacity;
  }

  write(address: number, { indices, values }: Row): void {
    this.words[address / 4] = indices.length;
    this.words.set(indices, address / 4 + 1);
    this.floats.set(values, address / 4 + 1 + indices.length);
  }

  /** Stores rows and indexes them; undefined where a point has none. */
  append(rows: readonly (Row | undefined)[], first = 0): void {
    let at = Math.ceil(this.words[SIDE.arenaEnd]! / 4) * 4;
    const starts: [number, number][] = [];
    for (const [i, row] of rows.entries()) {
      if (row === undefined) continue;
      this.write(at, row);
      this.words[this.layout.starts / 4 + first + i] = at;
      starts.push([first + i, at]);
      at += 4 + 8 * row.indices.length;
    }
    this.words[SIDE.arenaEnd] = at;
    for (const [offset, row] of starts) this.kernels.sparseAppend(row, offset);
  }

  setBitmap(at: number, isSet: (offset: number) => boolean): void {
    const bytes = new Uint8Array(this.memory.buffer, at, Math.ceil(this.rowCount / 64) * 8).fill(0);
    for (let i = 0; i < this.rowCount; i++) if (isSet(i)) bytes[i >> 3]! |= 1 << (i & 7);
  }

  /** What the posting lists find, best first. */
  search(query: Row, options: { k: number; tombstones?: number; allowed?: number; isOrdered?: boolean }) {
    const { k, tombstones = 0, allowed = 0, isOrdered = true } = options;
    const { query: at, terms, order, sums, heap } = this.scratch;
    this.write(at, query);
    const postings = this.kernels.sparseBegin(at, terms, sums);
    const n = query.indices.length;
    const bound = (term: number) => this.floats[terms / 4 + term * TERM.words + TERM.bound]!;
    const ascending = Array.from({ length: n }, (_, i) => i).toSorted((a, b) => bound(a) - bound(b));
    this.words.set([...ascending, 0], order / 4);
    const { starts } = this.layout;
    const used = isOrdered ? n : 0;
    const slice = 2 * SPARSE_WINDOW;
    let length = 0;
    for (let from = 0; from < this.rowCount; from += slice) {
      const to = Math.min(from + slice, this.rowCount);
      length = this.kernels.sparseSearch(
        ...([starts, at, terms, order, used, sums, from, to, this.rowCount] as const),
        ...([tombstones, allowed, heap, length, k] as const),
      );
    }
    this.kernels.heapSort(heap, length);
    return { hits: readHeap(this.view, heap, length), postings };
  }

  /** What comparing with each row finds. */
  expected(
    query: Row,
    { k, tombstones = 0, allowed = 0 }: { k: number; tombstones?: number; allowed?: number },
  ) {
    const { query: at, heap } = this.scratch;
    this.write(at, query);
    const { starts } = this.layout;
    const length = this.twins.sparseScan(starts, at, 0, this.rowCount, tombstones, allowed, heap, 0, k);
    this.kernels.heapSort(heap, length);
    return readHeap(this.view, heap, length);
  }
}

/** A row of at most `length` of the indices below `vocabulary`; small indices are frequent. */
function randomRow(random: () => number, length: number, vocabulary: number, isPositive: boolean): Row {
  const indices = new Set<number>();
  const wanted = Math.floor(random() * (length + 1));
  for (let i = 0; i < wanted; i++) indices.add(Math.floor(random() ** 3 * vocabulary));
  const sorted = [...indices].toSorted((a, b) => a - b);
  // Small integers: ties are frequent, sums are exact, and some products are 0.
  return { indices: sorted, values: sorted.map(() => Math.floor(random() * 7) - (isPositive ? 0 : 3)) };
}

const cases = fc.record({
  rowCount: fc.constantFrom(1, 63, 64, 65, 700, 2 * SPARSE_WINDOW + 77),
  vocabulary: fc.constantFrom(1, 5, 300, 100_000),
  k: fc.constantFrom(1, 3, 10, 500),
  isPositive: fc.boolean(),
  absent: fc.constantFrom(0, 0.5),
  deleted: fc.constantFrom(-1, 0.3),
  allowed: fc.constantFrom(-1, 0.02, 0.7),
  content: fc.integer(),
});

test('posting lists find what comparing with each row finds, whatever terms are left out', () => {
  fc.assert(
    fc.property(cases, (c) => {
      const random = prng(c.content);
      const store = new SparseMemory(c.rowCount);
      const rows = Array.from({ length: c.rowCount }, () =>
        random() < c.absent ? undefined : randomRow(random, 12, c.vocabulary, c.isPositive),
      );
      store.append(rows);
      store.setBitmap(store.scratch.tombstones, () => random() < c.deleted);
      store.setBitmap(store.scratch.filter, () => random() < c.allowed);
      const options = {
        k: c.k,
        ...(c.deleted >= 0 && { tombstones: store.scratch.tombstones }),
        ...(c.allowed >= 0 && { allowed: store.scratch.filter }),
      };
      for (const length of [0, 1, 4, 20]) {
        const query = randomRow(random, length, c.vocabulary, c.isPositive);
        const expected = store.expected(query, options);
        assert.deepEqual(store.search(query, options).hits, expected);
        assert.deepEqual(store.search(query, { ...options, isOrdered: false }).hits, expected);
      }
    }),
    runs(40),
  );
});

test('terms of all rows that add little become idle, and the result stays the same', () => {
  const random = prng(5);
  const rowCount = 8 * SPARSE_WINDOW;
  const store = new SparseMemory(rowCount);
  const rows = Array.from({ length: rowCount }, (_, i) => ({
    indices: i % 500 === 0 ? [1, 2, 1000 + (i % 7)] : [1, 2],
    values: [1 + random(), 1 + random(), 30 + random()].slice(0, i % 500 === 0 ? 3 : 2),
  }));
  store.append(rows);
  const query = {
    indices: [1, 2, ...Array.from({ length: 7 }, (_, i) => 1000 + i)],
    values: Array(9).fill(1),
  };
  const expected = store.expected(query, { k: 10 });
  assert.deepEqual(store.search(query, { k: 10 }).hits, expected);
  assert.equal(store.words[store.scratch.order / 4 + query.indices.length], 2, 'idle terms');
});

test('the scan, the scores and the counts agree with their twins', () => {
  fc.assert(
    fc.property(cases, (c) => {
      const random = prng(c.content);
      const store = new SparseMemory(c.rowCount);
      store.append(
        Array.from({ length: c.rowCount }, () =>
          random() < c.absent ? undefined : randomRow(random, 8, c.vocabulary, c.isPositive),
        ),
      );
      const { query, heap, tombstones, filter, offsets, scores } = store.scratch;
      const { starts } = store.layout;
      store.setBitmap(tombstones, () => random() < 0.3);
      store.setBitmap(filter, () => random() < 0.6);
      const example = randomRow(random, 9, c.vocabulary, c.isPositive);
      const expected = store.expected(example, { k: c.k, tombstones, allowed: filter });
      const to = c.rowCount;
      const length = store.kernels.sparseScan(starts, query, 0, to, tombstones, filter, heap, 0, c.k);
      store.kernels.heapSort(heap, length);
      assert.deepEqual(readHeap(store.view, heap, length), expected);
      const list = [0, to - 1, 0, Math.floor(to / 2)];
      store.words.set(list, offsets / 4);
      for (const none of [0, Number.NaN]) {
        store.kernels.sparseScoreOffsets(starts, offsets, list.length, query, none, scores);
        const compiled = store.floats.slice(scores / 4, scores / 4 + list.length);
        store.twins.sparseScoreOffsets(starts, offsets, list.length, query, none, scores);
        assert.deepEqual(compiled, store.floats.slice(scores / 4, scores / 4 + list.length));
      }
      const pairs: [number, number][] = [
        [0, 0],
        [tombstones, 0],
        [0, filter],
        [tombstones, filter],
      ];
      for (const bitmaps of pairs) {
        const rows = store.kernels.countRows(starts, to, ...bitmaps);
        assert.equal(rows, store.twins.countRows(starts, to, ...bitmaps));
        for (const index of [0, 1, ...example.indices]) {
          const frequency = store.kernels.sparseFrequency(index, to, ...bitmaps);
          assert.equal(frequency, store.twins.sparseFrequency(index, to, ...bitmaps));
        }
      }
    }),
    runs(40),
  );
});

test('a row that shares an index is found although the sum is 0 or negative, others are not', () => {
  const store = new SparseMemory(4);
  store.append([
    { indices: [1], values: [0] },
    { indices: [1, 2], values: [1, -1] },
    { indices: [3], values: [5] },
    { indices: [2], values: [-2] },
  ]);
  const query = { indices: [1, 2], values: [-1, -1] };
  const hits = [
    { score: 2, offset: 3 },
    { score: 0, offset: 0 },
    { score: 0, offset: 1 },
  ];
  assert.deepEqual(store.search(query, { k: 10 }).hits, hits);
  const reversed = store.search({ indices: [1, 2], values: [1, 1] }, { k: 10 }).hits;
  assert.deepEqual(
    reversed.map(({ offset, score }) => [offset, score]),
    [
      [0, 0],
      [1, 0],
      [3, -2],
    ],
  );
});

test('the counts of documents follow what is appended and forgotten', () => {
  const store = new SparseMemory(100);
  store.append(Array.from({ length: 100 }, (_, i) => ({ indices: [7, 1000 + (i % 10)], values: [1, 2] })));
  const documents = (index: number) => {
    const list = store.kernels.sparseList(index);
    return list === 0 ? 0 : store.words[list / 4 + LIST.documents];
  };
  assert.deepEqual([documents(7), documents(1003), documents(8)], [100, 10, 0]);
  assert.deepEqual(
    [store.words[SIDE.liveRows], store.words[SIDE.postings], store.words[SIDE.terms]],
    [100, 200, 11],
  );
  store.kernels.sparseForget(store.words[store.layout.starts / 4 + 13]!);
  assert.deepEqual([documents(7), documents(1003), store.words[SIDE.liveRows]], [99, 9, 99]);
});

test('the index takes no more memory than is reckoned with', () => {
  for (const [rowCount, vocabulary, length] of [
    [3000, 50, 20],
    [3000, 1_000_000, 20],
    [20_000, 3, 2],
    [1, 1, 1],
  ] as const) {
    const random = prng(rowCount + vocabulary);
    const store = new SparseMemory(rowCount);
    const before = store.words[SIDE.arenaEnd]!;
    const rows = Array.from({ length: rowCount }, () => randomRow(random, length, vocabulary, true));
    store.append(rows);
    const rowBytes = rows.reduce((sum, { indices }) => sum + 4 + 8 * indices.length, 0);
    const used = store.words[SIDE.arenaEnd]! - before - rowBytes;
    const max = indexBytesMax(store.words[SIDE.postings]!, store.words[SIDE.terms]!);
    assert.ok(used <= max, `${used} bytes of at most ${max}`);
  }
});

test('the kernels were compiled with the constants of side-layout.ts', () => {
  const { kernels, twins } = new SparseMemory(1);
  const past = SIDE_CONSTANTS.length;
  for (let i = 0; i <= past; i++) assert.equal(kernels.sideConstant(i) >>> 0, twins.sideConstant(i) >>> 0);
});
