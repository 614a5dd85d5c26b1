import { cleanDropped } from '../../payload/fields/index-state.ts';
import type { WriteTransaction } from './transaction.ts';

const ROWS_BETWEEN_LOOKS = 64;

/**
 * Adds rows to payload indexes that do not hold all of them yet, for about `msMax`, and removes a part of what dropped
 * ones have left in storage.
 */
export function buildIndexes(transaction: WriteTransaction, msMax: number): void {
  const end = performance.now() + msMax;
  for (const indexId of transaction.indexes.unfinished) {
    if (!buildIndex(transaction, indexId, end)) return;
    transaction.indexes.complete(indexId);
  }
  cleanDropped(transaction.collection.env);
}

/** False if rows are left when the time is up. */
function buildIndex(transaction: WriteTransaction, indexId: number, endMs: number): boolean {
  const { indexes } = transaction;
  let built = 0;
  for (const segment of transaction.segments) {
    const rowsEnd = transaction.rowsEnd(segment);
    for (let row = indexes.nextRow(indexId, segment); row < rowsEnd; row++) {
      if (built > 0 && built % ROWS_BETWEEN_LOOKS === 0 && performance.now() > endMs) return false;
      indexes.build(indexId, segment, transaction.payloadAt({ segment, offset: row }));
      built += 1;
    }
  }
  return true;
}
