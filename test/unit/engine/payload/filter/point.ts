import type { FilterPoint } from '../../../../../src/engine/payload/filter/compile.ts';
import type { PointId } from '../../../../../src/shared/ids.ts';
import { parsePayload } from '../../../../../src/shared/json/lossless.ts';

/** A point for filters to look at: id 7 and a vector `image` unless told otherwise. */
export function pointOf(
  payloadText: string,
  options: { id?: PointId; vectors?: readonly string[] } = {},
): FilterPoint {
  const { id = 7, vectors = ['image'] } = options;
  const payload = parsePayload(Buffer.from(payloadText));
  return { id, payload: () => payload, hasVector: (name) => vectors.includes(name) };
}
