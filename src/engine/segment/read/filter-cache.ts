import type { Filter } from '../../../../schemas/filter.ts';
import type { Env } from '../../../storage/env.ts';
import { lastNumberOf, payloadKey } from '../../../storage/keys.ts';
import type { PointId } from '../../../shared/ids.ts';
import { stringifyExact } from '../../../shared/json/exact.ts';
import { parsePayload, type PayloadObject } from '../../../shared/json/lossless.ts';
import { compileFilter, type FilterPoint, type Predicate } from '../../payload/filter/compile.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Segment, Snapshot } from '../segment.ts';

/** The rows of a segment that a filter allows: bit i of byte i >> 3 for row i, as far as `rows`. */
export interface FilterBitmap {
  readonly rows: number;
  /** Of the payloads that were looked at. */
  readonly epoch: number;
  readonly bits: Uint8Array;
}

const FILTERS_MAX = 64;
const ROWS_BETWEEN_CHECKS = 1024;
const EMPTY_PAYLOAD = new TextEncoder().encode('{}');

/**
 * Bitmaps of recent filters, one for each segment. A bitmap stays true until a payload is changed in place, and else only
 * grows by the rows that came since. Least recently used filters are dropped.
 */
export class FilterCache {
  readonly #env: Env;
  readonly #filters = new Map<string, { predicate: Predicate; segments: Map<number, FilterBitmap> }>();

  /** `env`: where the payloads are. */
  constructor(env: Env) {
    this.#env = env;
  }

  /**
   * Bits for at least the rows of the snapshot; reads the payload of the rows that are new, or of all after a change in
   * place. The environment must have been refreshed after the snapshot was taken. O(new rows).
   */
  bitmap(segment: Segment, filter: Filter, snapshot: Snapshot, cancel: Cancellation): FilterBitmap {
    const entry = this.#entry(filter);
    const last = entry.segments.get(segment.id);
    const known = last?.epoch === snapshot.payloadEpoch ? last : undefined;
    if (known !== undefined && known.rows >= snapshot.count) return known;
    const grown = this.#extend(segment, entry.predicate, { known, snapshot }, cancel);
    entry.segments.set(segment.id, grown);
    return grown;
  }

  #entry(filter: Filter) {
    const key = stringifyExact(filter);
    const entry = this.#filters.get(key) ?? { predicate: compileFilter(filter), segments: new Map() };
    this.#filters.delete(key);
    this.#filters.set(key, entry);
    if (this.#filters.size > FILTERS_MAX) this.#filters.delete(this.#filters.keys().next().value!);
    return entry;
  }

  #extend(
    segment: Segment,
    predicate: Predicate,
    { known, snapshot }: { known: FilterBitmap | undefined; snapshot: Snapshot },
    cancel: Cancellation,
  ): FilterBitmap {
    const { count, payloadEpoch: epoch } = snapshot;
    const bits = new Uint8Array(Math.ceil(count / 8));
    if (known !== undefined) bits.set(known.bits.subarray(0, Math.ceil(known.rows / 8)));
    const point = new RowPoint(segment);
    const start = payloadKey(segment.id, known?.rows ?? 0);
    for (const { key, value } of this.#env.range(start, payloadKey(segment.id, count))) {
      const offset = lastNumberOf(key);
      if (offset % ROWS_BETWEEN_CHECKS === 0) cancel.check();
      point.moveTo(offset, value);
      if (predicate(point)) bits[offset >> 3]! |= 1 << (offset & 7);
    }
    return { rows: count, epoch, bits };
  }
}

/** A stored row in the form that predicates look at; the payload is parsed when first asked for. */
export class RowPoint implements FilterPoint {
  readonly #segment: Segment;
  #offset = 0;
  #text: Uint8Array = EMPTY_PAYLOAD;
  #payload: PayloadObject | undefined;

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  /** `text`: the payload as stored. */
  moveTo(offset: number, text: Uint8Array): void {
    this.#offset = offset;
    this.#text = text;
    this.#payload = undefined;
  }

  get id(): PointId {
    return this.#segment.idAt(this.#offset);
  }

  payload(): PayloadObject {
    this.#payload ??= parsePayload(this.#text);
    return this.#payload;
  }

  hasVector(name: string): boolean {
    return this.#segment.has(name, this.#offset);
  }
}
