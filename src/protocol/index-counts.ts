import type { PayloadIndexInfo } from '../../schemas/payload-index.ts';
import type { CollectionHandle } from './shared-handles.ts';

// The word that the event loop reads in the header of a column; kernels/column-layout.ts owns it, a test compares.
const POINT_COUNT_WORD = 4;

/** The payload indexes of a collection by their keys, with the points that hold a value of their type. */
export function payloadSchema({ indexes }: CollectionHandle): Record<string, PayloadIndexInfo> {
  return Object.fromEntries(
    indexes.map(({ key, schema, columns }) => {
      const points = columns.reduce((sum, { memory, layout }) => {
        return sum + Atomics.load(new Int32Array(memory.buffer), layout.header / 4 + POINT_COUNT_WORD);
      }, 0);
      return [
        key,
        typeof schema === 'string'
          ? { data_type: schema, points }
          : { data_type: schema.type, params: schema, points },
      ];
    }),
  );
}
