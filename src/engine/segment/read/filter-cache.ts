import type { Filter } from '../../../../schemas/filter.ts';
import type { Env } from '../../../storage/env.ts';
import { lastNumberOf, payloadKey } from '../../../storage/keys.ts';
import { stringifyExact } from '../../../shared/json/exact.ts';
import type { PayloadIndexes } from '../../payload/fields/payload-indexes.ts';
import { compileFilter, type Predicate, requiresPayload } from '../../payload/filter/compile.ts';
import { evaluateFilter } from '../../payload/filter/evaluate.ts';
import {
  type Bits,
  countBits,
  difference,
  forEachBit,
  hasBit,
  isExact,
  setBit,
  type Truth,
} from '../../payload/filter/truth.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Segment, Snapshot } from '../segment.ts';
import { RowAnswers } from './row-answers.ts';
import { RowPoint } from './row-point.ts';

/** The rows of a segment that a filter allows: bit i of byte i >> 3 for row i, as far as `rows`. */
export interface FilterBitmap {
  readonly rows: number;
  /** Of the payloads that were looked at. */
  readonly epoch: number;
  readonly bits: Uint8Array;
}

interface CachedFilter {
  readonly filter: Filter;
  readonly predicate: Predicate;
  readonly needsPayload: boolean;
  readonly segments: Map<number, FilterBitmap>;
}

const FILTERS_MAX = 64;
const READS_BETWEEN_CHECKS = 1024;
/** Rows are passed over one after the other where more than one of this many is to be read, else each is looked up. */
const SCANNED_ROWS_PER_READ = 8;

/**
 * Bitmaps of recent filters, one for each segment. A bitmap stays true until a payload is changed in place, and else only
 * grows by the rows that came since. Least recently used filters are dropped.
 */
export class FilterCache {
  readonly #env: Env;
  readonly #filters = new Map<string, CachedFilter>();
  #indexes: PayloadIndexes;

  /** `env`: where the payloads are. */
  constructor(env: Env, indexes: PayloadIndexes) {
    this.#env = env;
    this.#indexes = indexes;
  }

  /** Takes the indexes of a newer state of the collection. */
  follow(indexes: PayloadIndexes): void {
    if (indexes.differsFrom(this.#indexes)) this.#filters.clear();
    this.#indexes = indexes;
  }

  /**
   * Bits for at least the rows of the snapshot, by indexes as far as they know and by payloads for the rest, of rows that
   * are new only, or of all after a change in place. The environment must have been refreshed after the snapshot was
   * taken. O(rows / 32 · conditions + rows that only their payload tells of).
   */
  bitmap(segment: Segment, filter: Filter, snapshot: Snapshot, cancel: Cancellation): FilterBitmap {
    const entry = this.#entry(filter);
    const last = entry.segments.get(segment.id);
    const known = last?.epoch === snapshot.payloadEpoch ? last : undefined;
    if (known !== undefined && known.rows >= snapshot.count) return known;
    const grown = this.#extend(segment, entry, { known, snapshot }, cancel);
    // Columns may be ahead of the snapshot: then this was right for one moment only.
    if (grown.epoch === snapshot.payloadEpoch) entry.segments.set(segment.id, grown);
    return grown;
  }

  /** The rows of a segment that may pass a filter, by indexes alone: others do not. O(rows / 32 · conditions). */
  possible(segment: Segment, filter: Filter): { readonly rows: number; readonly bits: Bits } {
    const rows = segment.count;
    return { rows, bits: this.#ask(segment, filter, rows).truth.possible };
  }

  #entry(filter: Filter): CachedFilter {
    const key = stringifyExact(filter);
    const entry = this.#filters.get(key) ?? {
      filter,
      predicate: compileFilter(filter, this.#indexes.context),
      needsPayload: requiresPayload(filter),
      segments: new Map(),
    };
    this.#filters.delete(key);
    this.#filters.set(key, entry);
    if (this.#filters.size > FILTERS_MAX) this.#filters.delete(this.#filters.keys().next().value!);
    return entry;
  }

  #extend(
    segment: Segment,
    entry: CachedFilter,
    { known, snapshot }: { known: FilterBitmap | undefined; snapshot: Snapshot },
    cancel: Cancellation,
  ): FilterBitmap {
    const rows = snapshot.count;
    const { truth, epoch } = this.#ask(segment, entry.filter, rows);
    // Nobody else has what the indexes told exactly.
    const bits = isExact(truth) ? truth.certain : truth.certain.slice();
    const bytes = new Uint8Array(bits.buffer, 0, Math.ceil(rows / 8));
    if (!isExact(truth)) {
      const open = difference(truth.possible, truth.certain);
      const from = known?.epoch === epoch ? known.rows : 0;
      this.#readRows(segment, entry, { open, from, rows, bits }, cancel);
      if (from > 0) takeOver(bytes, known!.bits, from);
    }
    return { rows, epoch, bits: bytes };
  }

  /** What the indexes tell, all of one state of the payloads. */
  #ask(segment: Segment, filter: Filter, rows: number): { truth: Truth; epoch: number } {
    const answers = new RowAnswers(segment, rows, { env: this.#env, indexes: this.#indexes });
    for (;;) {
      const epoch = segment.payloadEpoch();
      const truth = evaluateFilter(filter, answers);
      if (segment.payloadEpoch() === epoch) return { truth, epoch };
    }
  }

  /** Sets the bits of the `open` rows from `from` on that pass. */
  #readRows(
    segment: Segment,
    { predicate, needsPayload }: CachedFilter,
    { open, from, rows, bits }: { open: Bits; from: number; rows: number; bits: Bits },
    cancel: Cancellation,
  ): void {
    const point = new RowPoint(segment);
    let reads = 0;
    const test = (row: number, payload?: Uint8Array): void => {
      if (reads++ % READS_BETWEEN_CHECKS === 0) cancel.check();
      point.moveTo(row, payload);
      if (predicate(point)) setBit(bits, row);
    };
    if (!needsPayload) {
      forEachBit(open, from, (row) => test(row));
    } else if (countBits(open, from) * SCANNED_ROWS_PER_READ > rows - from) {
      const start = payloadKey(segment.id, from);
      for (const { key, value } of this.#env.range(start, payloadKey(segment.id, rows))) {
        const row = lastNumberOf(key);
        if (hasBit(open, row)) test(row, value);
      }
    } else {
      forEachBit(open, from, (row) => {
        const payload = this.#env.get(payloadKey(segment.id, row));
        if (payload !== undefined) test(row, payload);
      });
    }
  }
}

/** Copies the bits of the rows below `rows`. */
function takeOver(bytes: Uint8Array, known: Uint8Array, rows: number): void {
  const whole = rows >> 3;
  bytes.set(known.subarray(0, whole));
  const mask = (1 << (rows & 7)) - 1;
  if (mask !== 0) bytes[whole] = (bytes[whole]! & ~mask) | (known[whole]! & mask);
}
