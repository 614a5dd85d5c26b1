/**
 * The memory beside a segment's that holds the codes of one quantized vector. Searches walk the segment's graph by them;
 * they are made of the rows, so nothing here is ever stored. The memory is created at full size, like a segment's.
 *
 * | section   | bytes              | content                                                               |
 * |-----------|--------------------|-----------------------------------------------------------------------|
 * | header    | 4,096              | u32 words, see CODES                                                  |
 * | signs     | 4 a number, thrice | float32 1 or -1: the random part of a rotation; not without rotation  |
 * | areas     | areaBytes a thread | working space: AREA, then float32 numbers, then the code of a query   |
 * | centroids | 1,024 a number     | float32, see assembly/code-product.ts; of product codes only, like        |
 * | sums      | 1,024 a number     | float32: sums of the rows nearest to a centroid, while they are trained |
 * | counts    | 1,024 a part       | u32: how many there are                                               |
 * | records   | stride a row       | (mean, scale, norm, scaledSum: float32), then the code                |
 *
 * A code is one of these forms, of `width` numbers: those of the vector, or of the rotated vector, which may be longer.
 *
 * | form       | bytes                                | content                                             |
 * |------------|--------------------------------------|-----------------------------------------------------|
 * | bits       | planeBytes                           | one bit a number, bit i in byte i >> 3 at i & 7     |
 * | sharedBits | 1.5 x planeBytes, to the next 16     | the same, then a bit for two numbers, 128 apart     |
 * | twoBits    | 2 x planeBytes                       | two bits a number, plane after plane                |
 * | nibbles    | 16 for 32 numbers                    | number i of a block in byte i & 15, high half: i>=16 |
 * | bytes      | width, to the next 16                | 0 to 127                                            |
 * | product    | parts, to the next 16                | numbers of centroids                                |
 */
import { assert } from '../shared/assert.ts';
import { METRIC, type MetricName, SEGMENT_BYTES_MAX, WASM_PAGE_BYTES } from './memory-layout.ts';

export const CODES_MAGIC = 0x4544_4f43;

/** Word numbers in the header. */
export const CODES = {
  magic: 0,
  form: 1,
  metric: 2,
  /** Numbers of a vector, and how many of them are coded. */
  dim: 3,
  width: 4,
  planeBytes: 5,
  codeBytes: 6,
  stride: 7,
  records: 8,
  /** Bits of a query's number, for codes of bits. */
  queryBits: 9,
  /** float32: the share of a row's numbers that `bytes` span. */
  quantile: 10,
  /** Address of the signs; 0: the vector is not rotated. */
  signs: 11,
  /** Of product codes: numbers of a part, how many parts there are, addresses of the sections. */
  part: 12,
  parts: 13,
  centroids: 14,
  sums: 15,
  counts: 16,
  /** Rows below have a code, or no vector. */
  codedCount: 32,
  /** 1 while a thread makes codes. */
  lock: 33,
  /** Rows of which the centroids were made; 0: there are none yet. */
  trainedRows: 34,
  /** The same of those that are being made, and how far that is; 0: none are. */
  trainingRows: 35,
  trainingStep: 36,
} as const;

/** Word numbers in a thread's area: the coefficients of a query, float32, then addresses. */
export const AREA = {
  mean: 0,
  sum: 1,
  product: 2,
  constant: 3,
  norm: 4,
  rest: 5,
  floats: 6,
  code: 7,
} as const;

export const FORM = { bits: 0, sharedBits: 1, twoBits: 2, nibbles: 3, bytes: 4, product: 5 } as const;
export type FormName = keyof typeof FORM;

/** Rounds of a rotation: after three every number of the result depends on every number of the vector. */
export const ROTATION_ROUNDS = 3;

/** Of each part of a product code. */
export const CENTROIDS = 256;

/** Constants that the kernels repeat, in the order of the kernel export `codesConstant`. */
export const CODES_CONSTANTS: readonly number[] = [
  ...[CODES, AREA].flatMap((words) => Object.values(words).map((word) => 4 * word)),
  ...Object.values(FORM),
  ROTATION_ROUNDS,
  CENTROIDS,
];

const HEADER_BYTES = 4096;
const AREA_HEAD_BYTES = 64;
const RECORD_HEAD_BYTES = 16;
const SECTION_ALIGN = 64;
const ROW_ALIGN = 16;
/** Numbers of one block of a bit plane: 16 bytes. */
const PLANE_BLOCK = 128;
const NIBBLE_BLOCK = 32;

/** How rows become codes. */
export interface CodesSpec {
  readonly form: FormName;
  readonly metric: MetricName;
  readonly dim: number;
  readonly queryBits: number;
  readonly quantile: number;
  /** How many numbers the rotated vector has for each of the vector's; 0: no rotation. */
  readonly rotatedShare: number;
  /** Of product codes: numbers of a part; 0 for others. */
  readonly part: number;
}

/** Where everything lies; plain data that can be sent between threads. */
export interface CodesLayout {
  readonly capacity: number;
  readonly pages: number;
  readonly width: number;
  readonly planeBytes: number;
  readonly codeBytes: number;
  readonly strideBytes: number;
  readonly signs: number;
  readonly parts: number;
  readonly centroids: number;
  readonly sums: number;
  readonly counts: number;
  /** Addresses of the threads' areas. */
  readonly areas: readonly number[];
  readonly records: number;
}

const roundUp = (value: number, multiple: number): number => Math.ceil(value / multiple) * multiple;

/** Rotated vectors fill whole blocks: the room is there anyway. */
function codedWidth({ dim, form, rotatedShare, part }: CodesSpec): number {
  if (form === 'product') return roundUp(dim, part);
  if (rotatedShare === 0) return dim;
  return roundUp(dim * rotatedShare, form === 'nibbles' ? NIBBLE_BLOCK : PLANE_BLOCK);
}

function codeSize({ form, part }: CodesSpec, width: number): number {
  const blocks = Math.ceil(width / PLANE_BLOCK);
  if (form === 'bits') return blocks * ROW_ALIGN;
  if (form === 'sharedBits') return (blocks + Math.ceil(blocks / 2)) * ROW_ALIGN;
  if (form === 'twoBits') return 2 * blocks * ROW_ALIGN;
  if (form === 'nibbles') return Math.ceil(width / NIBBLE_BLOCK) * ROW_ALIGN;
  return roundUp(form === 'product' ? width / part : width, ROW_ALIGN);
}

/** Lays out the codes of `capacity` rows, with an area for each of `threads` threads. */
export function codesLayout(spec: CodesSpec, capacity: number, threads: number): CodesLayout {
  const { end, ...layout } = place(spec, capacity, threads);
  assert(end <= SEGMENT_BYTES_MAX, `codes of ${capacity} rows need ${end} bytes`);
  return layout;
}

/** How many rows a memory has room for; none or fewer if the working space of the threads is too large. */
export function codesRowsMax(spec: CodesSpec, threads: number): number {
  const { end, strideBytes } = place(spec, 0, threads);
  return Math.floor((SEGMENT_BYTES_MAX - SECTION_ALIGN - end) / strideBytes);
}

function place(spec: CodesSpec, capacity: number, threads: number): CodesLayout & { readonly end: number } {
  let end = HEADER_BYTES;
  const take = (bytes: number): number => {
    const start = end;
    end = roundUp(start + bytes, SECTION_ALIGN);
    return start;
  };
  const width = codedWidth(spec);
  const planeBytes = Math.ceil(width / PLANE_BLOCK) * ROW_ALIGN;
  const codeBytes = codeSize(spec, width);
  const strideBytes = RECORD_HEAD_BYTES + codeBytes;
  const signs = spec.rotatedShare === 0 ? 0 : take(4 * ROTATION_ROUNDS * width);
  const parts = spec.form === 'product' ? width / spec.part : 0;
  const bookBytes = parts === 0 ? 0 : 4 * CENTROIDS * width;
  const [centroids, sums, counts] = [take(bookBytes), take(bookBytes), take(4 * CENTROIDS * parts)];
  const queryBytes = parts > 0 ? 4 * CENTROIDS * parts : simpleQueryBytes(width, planeBytes);
  const areas = Array.from({ length: threads }, () => take(AREA_HEAD_BYTES + floatBytes(width) + queryBytes));
  const records = take(capacity * strideBytes);
  const pages = Math.ceil(end / WASM_PAGE_BYTES);
  const book = { parts, centroids, sums, counts };
  return { end, capacity, pages, width, planeBytes, codeBytes, strideBytes, signs, ...book, areas, records };
}

const floatBytes = (width: number): number => roundUp(4 * width, SECTION_ALIGN);

/** A query has up to 8 planes, or a byte a number. */
function simpleQueryBytes(width: number, planeBytes: number): number {
  return Math.max(8 * planeBytes, roundUp(width, NIBBLE_BLOCK));
}

/** Creates the memory of codes; no row is coded yet. */
export function createCodesMemory(spec: CodesSpec, layout: CodesLayout): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true });
  const words = new Uint32Array(memory.buffer);
  words[CODES.form] = FORM[spec.form];
  words[CODES.metric] = METRIC[spec.metric];
  words[CODES.dim] = spec.dim;
  words[CODES.width] = layout.width;
  words[CODES.planeBytes] = layout.planeBytes;
  words[CODES.codeBytes] = layout.codeBytes;
  words[CODES.stride] = layout.strideBytes;
  words[CODES.records] = layout.records;
  words[CODES.queryBits] = spec.queryBits;
  new Float32Array(memory.buffer)[CODES.quantile] = spec.quantile;
  words[CODES.signs] = layout.signs;
  words[CODES.part] = spec.part;
  words[CODES.parts] = layout.parts;
  words[CODES.centroids] = layout.centroids;
  words[CODES.sums] = layout.sums;
  words[CODES.counts] = layout.counts;
  for (const area of layout.areas) {
    words[area / 4 + AREA.floats] = area + AREA_HEAD_BYTES;
    words[area / 4 + AREA.code] = area + AREA_HEAD_BYTES + floatBytes(layout.width);
  }
  if (layout.signs !== 0) {
    new Float32Array(memory.buffer, layout.signs, ROTATION_ROUNDS * layout.width).set(
      rotationSigns(layout.width),
    );
  }
  words[CODES.magic] = CODES_MAGIC;
  return memory;
}

/** The same signs for every memory of a width: a rotation only has to have nothing to do with the data. */
function rotationSigns(width: number): Float32Array {
  let state = 0x9e37_79b9;
  return Float32Array.from({ length: ROTATION_ROUNDS * width }, () => {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state < 0 ? -1 : 1;
  });
}
