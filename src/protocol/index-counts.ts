import type { PayloadIndexInfo } from '../../schemas/payload-index.ts';
import type { CollectionHandle } from './shared-handles.ts';

// The word that the event loop reads in the header of a column; kernels/column-layout.ts owns it, a test compares.
const POINT_COUNT_WORD = 4;

/** Parameters that Qdrant shows as null where they were not given. */
const SHOWN_IF_UNSET: Readonly<Record<string, object>> = {
  integer: { lookup: null, range: null, is_principal: null },
  float: { is_principal: null },
  datetime: { is_principal: null },
};

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
          : { data_type: schema.type, params: { ...SHOWN_IF_UNSET[schema.type], ...schema }, points },
      ];
    }),
  );
}
