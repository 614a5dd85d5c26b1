import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Cell, RowCells } from '../../../../../src/engine/payload/fields/cells.ts';
import { Column, createColumn } from '../../../../../src/engine/payload/fields/column.ts';
import { ColumnWriter } from '../../../../../src/engine/payload/fields/column-writer.ts';
import { scanCodes } from '../../../../../src/engine/payload/fields/code-scans.ts';
import { forEachBit } from '../../../../../src/engine/payload/filter/truth.ts';
import type { CellKind, ColumnLayout } from '../../../../../src/kernels/column-layout.ts';
import { loadKernelModule } from '../../../../../src/kernels/loader.ts';
import { runs } from '../../../../helpers/property-runs.ts';
import { Random } from '../../../../helpers/random.ts';

const module = loadKernelModule();
const CAPACITY = 1000;

function columnOf(cell: CellKind, changes: Partial<ColumnLayout> = {}): Column {
  const handle = createColumn(1, { cell, capacity: CAPACITY, scratchCount: 1 });
  return new Column({ ...handle, layout: { ...handle.layout, ...changes } }, module, 0);
}

const cells = (values: readonly Cell[], flags: Partial<RowCells> = {}): RowCells => ({
  values,
  isForeign: false,
  hasNull: false,
  isFilled: values.length > 0,
  ...flags,
});

function codesAt(column: Column, row: number): number[] {
  const codes: number[] = [];
  column.eachCell(row, (address) => codes.push(column.codes[address >> 2]!));
  return codes;
}

function rowsWith(column: Column, code: number): number[] {
  const rows: number[] = [];
  forEachBit(column.hits(column.word('rows'), scanCodes([code])), 0, (row) => rows.push(row));
  return rows;
}

/** Writes, stores and publishes as a transaction does. */
function commit(
  column: Column,
  write: (writer: ColumnWriter) => void,
  blocks = new Map<number, Buffer>(),
): void {
  const writer = new ColumnWriter(column);
  write(writer);
  for (const { block, value } of writer.encodedBlocks()) blocks.set(block, Buffer.from(value));
  writer.applyChanges();
  writer.publish(() => false, []);
}

function loaded(blocks: ReadonlyMap<number, Buffer>, rows: number): Column {
  const column = columnOf('code');
  const writer = new ColumnWriter(column);
  for (const [block, value] of blocks) writer.load(block, value, rows);
  writer.publish(() => false, []);
  return column;
}

test('random rows and changes read back, from memory and from storage', () => {
  const random = new Random(runs(1).seed);
  const column = columnOf('code');
  const expected: number[][] = [];
  const blocks = new Map<number, Buffer>();
  const randomCodes = () =>
    Array.from(new Set(Array.from({ length: random.between(0, 3) }, () => random.between(0, 20))));
  while (expected.length < 900) {
    commit(
      column,
      (writer) => {
        for (let n = random.between(0, 90); n > 0; n--) {
          const codes = randomCodes();
          const row =
            random.chance(0.4) && expected.length > 0
              ? random.between(0, expected.length - 1)
              : expected.length;
          expected[row] = codes;
          writer.set(row, cells(codes));
        }
      },
      blocks,
    );
    for (const reader of [column, loaded(blocks, expected.length)]) {
      assert.equal(reader.word('rows'), expected.length);
      assert.equal(reader.word('pointCount'), expected.filter((codes) => codes.length > 0).length);
      assert.deepEqual(
        expected.map((_, row) => codesAt(reader, row)),
        expected,
      );
      const code = random.between(0, 20);
      const withCode = expected.flatMap((codes, row) => (codes.includes(code) ? [row] : []));
      assert.deepEqual(rowsWith(reader, code), withCode);
    }
  }
});

test('what a transaction that was rolled back has written is nowhere to be seen', () => {
  const column = columnOf('code');
  commit(column, (writer) => writer.set(0, cells([1, 2])));
  const lost = new ColumnWriter(column);
  lost.set(1, cells([7, 8, 9]));
  lost.set(2, cells([7, 8]));
  lost.set(0, cells([7]));
  assert.deepEqual(codesAt(column, 0), [1, 2]);
  assert.deepEqual(rowsWith(column, 7), []);
  commit(column, (writer) => {
    writer.set(1, cells([3, 4]));
    writer.set(2, cells([]));
  });
  assert.deepEqual(
    [0, 1, 2].map((row) => codesAt(column, row)),
    [[1, 2], [3, 4], []],
  );
  assert.deepEqual(rowsWith(column, 8), []);
});

test('a row that is changed before it is published has its last values only', () => {
  const column = columnOf('code');
  commit(column, (writer) => {
    writer.set(0, cells([1, 2]));
    writer.set(1, cells([3]));
    writer.set(0, cells([4, 5]));
    writer.set(1, cells([6, 7]));
    writer.set(0, cells([8]));
  });
  assert.deepEqual([codesAt(column, 0), codesAt(column, 1)], [[8], [6, 7]]);
  assert.deepEqual(
    [1, 2, 3, 4, 5].flatMap((code) => rowsWith(column, code)),
    [],
  );
});

test('rows without room for their values are unknown, and can become known again', () => {
  const column = columnOf('code', { entriesMax: 4 });
  commit(column, (writer) => {
    writer.set(0, cells([1, 2, 3]));
    writer.set(1, cells([1, 2]));
    writer.set(2, cells([1]));
  });
  assert.deepEqual(
    [0, 1, 2].map((row) => column.has('unknown', row)),
    [false, true, false],
  );
  assert.equal(column.word('hasUnknown'), 1);
  assert.deepEqual(rowsWith(column, 1), [0, 2]);
  commit(column, (writer) => writer.set(1, cells([2])));
  assert.equal(column.has('unknown', 1), false);
  assert.deepEqual(rowsWith(column, 2), [0, 1]);
});

test('points are counted while they live', () => {
  const column = columnOf('integer');
  const writer = new ColumnWriter(column);
  for (let row = 0; row < 5; row++) writer.set(row, cells(row === 3 ? [] : [BigInt(row)]));
  writer.publish((row) => row === 0, [1]);
  assert.equal(column.word('pointCount'), 2);
  const next = new ColumnWriter(column);
  next.publish(() => false, [3, 4, 900]);
  assert.equal(column.word('pointCount'), 1);
});
