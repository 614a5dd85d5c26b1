import type { DatatypeName } from '../../kernels/memory-layout.ts';

/** Largest finite number of half precision: what is beyond it becomes it, rather than infinite. */
const HALF_MAX = 65_504;
const BYTE_MAX = 255;
const FLOAT_EPSILON = 1.1920929e-7;
const UNIT_TOLERANCE = 1e-6;

/** The number nearest to `value` that the datatype holds: half precision is rounded to, bytes are truncated to. */
function heldBy(datatype: DatatypeName, value: number): number {
  if (datatype === 'float32') return value;
  if (datatype === 'float16') return Math.f16round(Math.min(HALF_MAX, Math.max(-HALF_MAX, value)));
  return Math.min(BYTE_MAX, Math.max(0, Math.trunc(value)));
}

/** Brings the values, in place, to what the datatype holds. */
export function roundTo(datatype: DatatypeName, values: Float32Array): void {
  if (datatype === 'float32') return;
  for (let i = 0; i < values.length; i++) values[i] = heldBy(datatype, values[i]!);
}

/** Writes values to an address as numbers of the datatype. */
export function storeValues(
  buffer: ArrayBufferLike,
  address: number,
  values: ArrayLike<number>,
  datatype: DatatypeName,
): void {
  const { length } = values;
  if (datatype === 'float32') new Float32Array(buffer, address, length).set(values);
  else {
    const rounded = Float32Array.from(values);
    roundTo(datatype, rounded);
    const target =
      datatype === 'float16'
        ? new Float16Array(buffer, address, length)
        : new Uint8Array(buffer, address, length);
    target.set(rounded);
  }
}

/** The numbers at an address: a view where they are float32, a copy otherwise. */
export function loadValues(
  buffer: ArrayBufferLike,
  address: number,
  length: number,
  datatype: DatatypeName,
): Float32Array {
  if (datatype === 'float32') return new Float32Array(buffer, address, length);
  return Float32Array.from(
    datatype === 'float16'
      ? new Float16Array(buffer, address, length)
      : new Uint8Array(buffer, address, length),
  );
}

/** A copy of unit length; as the kernel does it for float32, a vector of length 0 or 1 stays as it is. */
export function normalised(values: ArrayLike<number>): Float32Array {
  const copy = Float32Array.from(values);
  const squares = copy.reduce((sum, value) => sum + value * value, 0);
  if (squares < FLOAT_EPSILON || Math.abs(squares - 1) <= UNIT_TOLERANCE) return copy;
  const length = Math.sqrt(squares);
  return copy.map((value) => value / length);
}
