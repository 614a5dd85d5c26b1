import { parsePayload, type PayloadObject } from '../../../shared/json/lossless.ts';
import { lastNumberOf, payloadKey } from '../../../storage/keys.ts';
import { NumberList } from '../../payload/fields/number-list.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Collection } from '../collection.ts';
import type { Segment } from '../segment.ts';

const READS_BETWEEN_CHECKS = 1024;

/** The numbers of the rows of a segment below `rows`. */
interface SegmentNumbers {
  /** Of the payloads that were looked at. */
  readonly epoch: number;
  rows: number;
  readonly numbers: NumberList;
}

/**
 * Numbers that are made of payloads, kept by a thread at 12 bytes each: a payload is read once and, as for filters, all those
 * of a segment again after one was changed in place.
 */
export class PayloadNumbers {
  readonly #numbersOf: (payload: PayloadObject) => Iterable<number>;
  readonly #segments = new Map<number, SegmentNumbers>();

  constructor(numbersOf: (payload: PayloadObject) => Iterable<number>) {
    this.#numbersOf = numbersOf;
  }

  /** Of all rows that a segment shows, ascending, deleted ones too. Reads what came since the last call. */
  ofSegment(
    { env, segments }: Pick<Collection, 'env' | 'segments'>,
    segment: Segment,
    cancel: Cancellation,
  ): Readonly<NumberList> {
    const { count, payloadEpoch } = segment.snapshot();
    const last = this.#segments.get(segment.id);
    const state =
      last?.epoch === payloadEpoch ? last : { epoch: payloadEpoch, rows: 0, numbers: new NumberList() };
    if (state.rows >= count) return state.numbers;
    // What is read from here on is at least as new as the snapshot.
    env.refresh();
    let reads = 0;
    const start = payloadKey(segment.id, state.rows);
    for (const { key, value } of env.range(start, payloadKey(segment.id, count))) {
      if (reads++ % READS_BETWEEN_CHECKS === 0) cancel.check();
      const row = lastNumberOf(key);
      for (const number of this.#numbersOf(parsePayload(value))) state.numbers.add(number, row);
      state.rows = row + 1;
    }
    state.rows = count;
    this.#segments.set(segment.id, state);
    this.#keepOnly(segments);
    return state.numbers;
  }

  /** A vacuum leaves segments behind again and again. */
  #keepOnly(segments: readonly Segment[]): void {
    const ids = new Set(segments.map(({ id }) => id));
    for (const id of this.#segments.keys()) if (!ids.has(id)) this.#segments.delete(id);
  }
}
