/** Indexes of booleans: code 1 for true, 0 for false. */
import { exactly } from '../filter/truth.ts';
import { scanCodes } from './code-scans.ts';
import { allPresent, atMostForeign, type FieldType } from './field-type.ts';

export const BOOLEAN: FieldType = {
  cell: 'code',
  cellOf: (value) => (typeof value === 'boolean' ? Number(value) : undefined),
  valueAt: ({ column }, address) => column.codes[address >> 2] === 1,
  match: (view, match) => {
    if ('except' in match) return allPresent(view);
    const wanted = 'value' in match ? match.value : undefined;
    if (typeof wanted !== 'boolean') return atMostForeign(view);
    return exactly(view.column.hits(view.rows, scanCodes([Number(wanted)])));
  },
};
