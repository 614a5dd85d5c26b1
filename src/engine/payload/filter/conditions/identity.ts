/** `has_id`, `has_vector` and `slice`: conditions on the point itself, which need no payload. */
import type { HasIdCondition, Slice } from '../../../../../schemas/filter.ts';
import { encodePointId, type PointId, parsePointId, writeIdColumn } from '../../../../shared/ids.ts';
import type { Predicate } from '../predicate.ts';
import { sipHash24 } from '../siphash.ts';

/** The id is listed, in any form of it. */
export function compileHasId({ has_id: ids }: HasIdCondition): Predicate {
  const listed = new Set<PointId | undefined>(ids.map(parsePointId));
  listed.delete(undefined);
  return (point) => listed.has(point.id);
}

/** The point has the vector; `''` is the unnamed one. */
export function compileHasVector(name: string): Predicate {
  return (point) => point.hasVector(name);
}

const integerBytes = new Uint8Array(16);
const integerView = new DataView(integerBytes.buffer);
const integer = integerBytes.subarray(0, 8);

/** The bytes of an id that its slice is found by: 8, little-endian, or the 16 of a UUID. */
function sliceBytes(id: PointId): Uint8Array {
  if (typeof id === 'string') return encodePointId(id).subarray(1);
  writeIdColumn(integerView, 0, id);
  return integer;
}

/** (high · 2^32 + low) mod total, in steps that stay below 2^53 for any 32-bit total. */
function remainder(low: number, high: number, total: number): number {
  const upper = ((high % total) * 0x10000 + (low >>> 16)) % total;
  return (upper * 0x10000 + (low & 0xffff)) % total;
}

/** The id is in part `index` of `total` parts of about equal size: SipHash-2-4 of its bytes, modulo `total`. */
export function compileSlice({ total, index }: Slice): Predicate {
  return ({ id }) =>
    id !== undefined && sipHash24(sliceBytes(id), (low, high) => remainder(low, high, total)) === index;
}
