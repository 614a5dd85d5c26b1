import type { CreateFieldIndex } from '../../../../schemas/payload-index.ts';
import { badRequest } from '../../../shared/errors.ts';
import { elementsKey } from '../../payload/fields/payload-indexes.ts';
import { buildIndexes } from './build-indexes.ts';
import type { WriteTransaction } from './transaction.ts';

/** Indexes of small collections are complete at once. */
const BUILT_AT_ONCE_MS = 10;

/** Checks a request to create a payload index; the result does it, and begins to build it. */
export function prepareCreateIndex({
  field_name: key,
  field_schema: schema,
}: CreateFieldIndex): (transaction: WriteTransaction) => void {
  if (!schema) {
    throw badRequest("Can't auto-detect field type, please specify `field_schema` in the request");
  }
  elementsKey({ key, schema });
  return (transaction) => {
    transaction.indexes.create(key, schema);
    buildIndexes(transaction, BUILT_AT_ONCE_MS);
  };
}

/** Drops a payload index; that there is none is no error. */
export function prepareDeleteIndex(key: string): (transaction: WriteTransaction) => void {
  return (transaction) => transaction.indexes.drop(key);
}
