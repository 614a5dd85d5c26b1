import type { Condition, Filter, HasIdCondition } from '../../../../schemas/filter.ts';
import { encodePointId, parsePointId } from '../../../shared/ids.ts';
import type { Env } from '../../../storage/env.ts';
import { pointIdKey } from '../../../storage/keys.ts';
import type { PayloadIndexes } from '../../payload/fields/payload-indexes.ts';
import type { ConditionAnswers } from '../../payload/filter/evaluate.ts';
import { type Bits, clearBehind, exactly, noBits, setBit, type Truth } from '../../payload/filter/truth.ts';
import { hiddenRows } from '../hidden-rows.ts';
import type { Segment } from '../segment.ts';

/** What is known of the rows of a segment without their payloads: by payload indexes, ids and vectors. */
export class RowAnswers implements ConditionAnswers {
  readonly rows: number;
  readonly #env: Env;
  readonly #indexes: PayloadIndexes;
  readonly #segment: Segment;

  /** `rows`: how many of the segment's rows to ask about. The environment must have been refreshed since that was read. */
  constructor(segment: Segment, rows: number, { env, indexes }: { env: Env; indexes: PayloadIndexes }) {
    this.rows = rows;
    this.#env = env;
    this.#indexes = indexes;
    this.#segment = segment;
  }

  answer(condition: Exclude<Condition, Filter>): Truth | undefined {
    if ('has_id' in condition) return exactly(this.#withIds(condition));
    if ('has_vector' in condition) return exactly(this.#withVector(condition.has_vector));
    return this.#indexes.answer(condition, { segmentId: this.#segment.id, rows: this.rows });
  }

  #withIds({ has_id: ids }: HasIdCondition): Bits {
    const found = noBits(this.rows);
    const wanted = new Set(ids.map(parsePointId).filter((id) => id !== undefined));
    for (const id of wanted) {
      const location = this.#env.get(pointIdKey(encodePointId(id)));
      if (location?.readUInt32LE(0) === this.#segment.id) this.#take(found, location.readUInt32LE(4));
    }
    // The row that readers still see of a point which has got another one, or none, in the last transaction.
    for (const row of hiddenRows(this.#env, this.#segment.id)) {
      if (wanted.has(this.#segment.idAt(row))) this.#take(found, row);
    }
    return found;
  }

  #take(found: Bits, row: number): void {
    if (row < this.rows) setBit(found, row);
  }

  #withVector(name: string): Bits {
    const found = noBits(this.rows);
    const column = this.#segment.vector(name);
    if (column !== undefined) {
      const { length } = found;
      const bytes = this.#segment.bytesAt(column.present, length * 4);
      new Uint8Array(found.buffer).set(bytes);
      return clearBehind(found, this.rows);
    }
    for (let row = 0; row < this.rows; row++) if (this.#segment.has(name, row)) setBit(found, row);
    return found;
  }
}
