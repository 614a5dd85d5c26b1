import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  AREA,
  CENTROIDS,
  CODES_CONSTANTS,
  type CodesSpec,
  codesLayout,
  createCodesMemory,
  type FormName,
  ROTATION_ROUNDS,
} from '../../src/kernels/codes-layout.ts';
import { attachCodes } from '../../src/kernels/codes-loader.ts';
import {
  referenceCode,
  referenceNumbers,
  referenceQuery,
  referenceRotate,
  referenceRow,
  referenceScore,
} from '../../src/kernels/reference-codes.ts';
import { prng } from './support.ts';

const ROWS = 12;
const DIMS = [16, 17, 31, 100, 128, 129, 200, 256, 300, 384, 515];

const FORMS: readonly { form: FormName; queryBits: number }[] = [
  ...[1, 4, 8].flatMap((queryBits) =>
    (['bits', 'sharedBits', 'twoBits'] as const).map((form) => ({ form, queryBits })),
  ),
  { form: 'nibbles', queryBits: 8 },
  { form: 'bytes', queryBits: 8 },
];

const spec = (given: Partial<CodesSpec>): CodesSpec => ({
  form: 'bits',
  metric: 'Dot',
  dim: 16,
  queryBits: 8,
  quantile: 1,
  rotatedShare: 0,
  part: 0,
  ...given,
});

/** A memory of codes and the kernels over it. */
function codesOf(given: CodesSpec) {
  const layout = codesLayout(given, ROWS + 1, 2);
  const memory = createCodesMemory(given, layout);
  const kernels = attachCodes(memory);
  const area = layout.areas[1]!;
  const words = new Uint32Array(memory.buffer);
  const write = (values: readonly number[]) => {
    const floats = new Float32Array(memory.buffer, words[area / 4 + AREA.floats]!, layout.width).fill(0);
    floats.set(values);
  };
  return { layout, memory, kernels, area, words, write };
}

function randomRows(dim: number, seed: number, centre = 0): number[][] {
  const random = prng(seed);
  const gauss = () => random() + random() + random() + random() - 2;
  return Array.from({ length: ROWS }, () => Array.from({ length: dim }, () => Math.fround(centre + gauss())));
}

/** What the twins work on: as many numbers as are coded. */
function padded(values: readonly number[], width: number): number[] {
  return [...values, ...Array.from({ length: width - values.length }, () => 0)];
}

function compare(given: CodesSpec, rows: readonly number[][]): void {
  const { layout, memory, kernels, area, words, write } = codesOf(given);
  const signs = new Float32Array(memory.buffer, layout.signs, ROTATION_ROUNDS * layout.width);
  const seen = (values: readonly number[]) => {
    const all = padded(values, layout.width);
    return given.rotatedShare === 0 ? all : referenceRotate(all, signs);
  };
  const label = JSON.stringify(given);
  const twins = rows.map((row) => referenceRow(given, seen(row)));
  for (const [offset, row] of rows.entries()) {
    write(row);
    kernels.encodeRow(area, offset);
    const record = layout.records + offset * layout.strideBytes;
    const code = new Uint8Array(memory.buffer, record + 16, layout.codeBytes);
    // Numbers that were rotated differ in their last bits, and so may a level on a border.
    if (given.rotatedShare === 0) {
      assert.deepEqual([...code], [...referenceCode(given, layout, twins[offset]!.levels)], label);
    }
    const [mean, scale, norm] = new Float32Array(memory.buffer, record, 3);
    for (const [value, twin] of [
      [mean, twins[offset]!.mean],
      [scale, twins[offset]!.scale],
      [norm, twins[offset]!.norm],
    ] as const) {
      assert.ok(
        Math.abs(value! - twin) <= 1e-3 * (Math.abs(twin) + 0.1),
        `${label}: ${value} is not ${twin}`,
      );
    }
  }
  const query = rows[3]!.map((value, i) => value + rows[5]![i]!);
  write(query);
  kernels.prepareQuery(area);
  const out = words[area / 4 + AREA.floats]!;
  kernels.scoreRows(area, 0, rows.length, out);
  const values = seen(query);
  const coded = referenceQuery(given, values);
  const size = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  for (const [offset, score] of new Float32Array(memory.buffer, out, rows.length).entries()) {
    const twin = referenceScore(given, { values, coded }, twins[offset]!);
    const tolerance = (given.rotatedShare === 0 ? 1e-4 : 3e-2) * size * Math.sqrt(twins[offset]!.norm);
    assert.ok(Math.abs(score - twin) <= tolerance, `${label}, row ${offset}: ${score} is not ${twin}`);
  }
}

test('the kernels and codes-layout.ts agree on the layout', () => {
  const { kernels } = codesOf(spec({}));
  assert.deepEqual(
    CODES_CONSTANTS.map((_, i) => kernels.codesConstant(i)),
    CODES_CONSTANTS,
  );
  assert.equal(kernels.codesConstant(CODES_CONSTANTS.length), -1);
});

test('codes and scores of every form are those of the twins', () => {
  for (const { form, queryBits } of FORMS) {
    for (const dim of DIMS) {
      for (const metric of ['Dot', 'Cosine', 'Euclid'] as const) {
        compare(spec({ form, queryBits, dim, metric }), randomRows(dim, dim + queryBits));
      }
    }
  }
});

test('numbers that all lie on one side of zero are coded around their mean', () => {
  for (const { form, queryBits } of FORMS) compare(spec({ form, queryBits, dim: 70 }), randomRows(70, 7, 5));
});

test('bytes span the quantile of a row and no more', () => {
  for (const quantile of [0.5, 0.87, 0.99]) {
    for (const dim of [20, 300]) compare(spec({ form: 'bytes', quantile, dim }), randomRows(dim, dim));
  }
});

test('rotated codes are those of the twins', () => {
  for (const rotatedShare of [1, 1.5]) {
    for (const dim of [16, 100, 300]) {
      compare(spec({ form: 'bits', dim, rotatedShare }), randomRows(dim, dim));
      compare(spec({ form: 'nibbles', dim, rotatedShare, metric: 'Euclid' }), randomRows(dim, dim));
    }
  }
});

test('product codes name the nearest centroids, and score as these do', () => {
  for (const part of [1, 2, 4, 8, 16]) {
    for (const [dim, metric] of [
      [16, 'Dot'],
      [50, 'Euclid'],
      [200, 'Cosine'],
    ] as const) {
      const given = spec({ form: 'product', dim, part, metric });
      const { layout, memory, kernels, area, words, write } = codesOf(given);
      const random = prng(part);
      const vector = () => Array.from({ length: dim }, () => Math.fround(random() - 0.4));
      for (let number = 0; number < CENTROIDS; number++) {
        write(vector());
        kernels.seedCentroid(area, number);
      }
      const centroids = new Float32Array(memory.buffer, layout.centroids, CENTROIDS * layout.width);
      const query = vector();
      const rows = Array.from({ length: ROWS }, vector);
      for (const [offset, row] of rows.entries()) {
        write(row);
        kernels.encodeRow(area, offset);
        const at = layout.records + offset * layout.strideBytes + 16;
        const code = new Uint8Array(memory.buffer, at, layout.parts);
        assert.deepEqual([...code], referenceNumbers(part, padded(row, layout.width), centroids));
      }
      write(query);
      kernels.prepareQuery(area);
      const out = words[area / 4 + AREA.floats]!;
      kernels.scoreRows(area, 0, ROWS, out);
      const values = padded(query, layout.width);
      for (const [offset, score] of new Float32Array(memory.buffer, out, ROWS).entries()) {
        const twin = referenceRow(given, padded(rows[offset]!, layout.width), centroids);
        const expected = referenceScore(given, { values, coded: values }, twin);
        assert.ok(Math.abs(score - expected) <= 1e-3 * dim, `part ${part}, ${metric}: ${score}, ${expected}`);
      }
    }
  }
});

const flat = (value: number) => Array.from({ length: 16 }, () => value);

test('centroids move to the middle of what is nearest to them, or stay', () => {
  const given = spec({ form: 'product', dim: 16, part: 8 });
  const { layout, memory, kernels, area, write } = codesOf(given);
  for (let number = 0; number < CENTROIDS; number++) {
    write(flat(number));
    kernels.seedCentroid(area, number);
  }
  for (const value of [9.75, 10.25, 10.375]) {
    write(flat(value));
    kernels.addToCentroids(area);
  }
  for (let round = 0; round < 2; round++) {
    kernels.moveCentroids();
    const centroids = new Float32Array(memory.buffer, layout.centroids, CENTROIDS * 16);
    for (let i = 0; i < 16; i++) {
      assert.equal(centroids[CENTROIDS * i + 10], Math.fround(30.375 / 3));
      assert.equal(centroids[CENTROIDS * i + 11], 11);
    }
  }
});

test('zeros, infinities and NaN make records that score as some number', () => {
  for (const { form, queryBits } of FORMS) {
    const { layout, memory, kernels, area, words, write } = codesOf(spec({ form, queryBits, dim: 40 }));
    const faults = [0, Number.POSITIVE_INFINITY, Number.NaN];
    for (const [offset, fault] of faults.entries()) {
      write(Array.from({ length: 40 }, (_, i) => (fault === 0 ? 0 : i === 7 ? fault : i)));
      kernels.encodeRow(area, offset);
    }
    write(Array.from({ length: 40 }, (_, i) => Math.sin(i)));
    kernels.prepareQuery(area);
    const out = words[area / 4 + AREA.floats]!;
    kernels.scoreRows(area, 0, 1, out);
    assert.equal(new Float32Array(memory.buffer, out, 1)[0], 0, form);
    const neighbour = layout.records + faults.length * layout.strideBytes;
    assert.ok(new Uint8Array(memory.buffer, neighbour, layout.strideBytes).every((byte) => byte === 0));
  }
});
