import { DeletePayload, SetPayload } from '../../../schemas/payload.ts';
import { PointInsertOperations, PointsSelector } from '../../../schemas/points.ts';
import type { Collection } from '../../engine/segment/collection.ts';
import { applyDelete, checkDelete } from '../../engine/segment/write/delete.ts';
import { prepareClearPayload, prepareDeletePayload } from '../../engine/segment/write/delete-payload.ts';
import { prepareOverwritePayload, prepareSetPayload } from '../../engine/segment/write/set-payload.ts';
import type { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import { applyUpsert, prepareUpsert } from '../../engine/segment/write/upsert.ts';
import type { UpdateTask } from '../../protocol/tasks.ts';
import { compileValidator } from '../../shared/validation.ts';

/** Changes the collection within a transaction. A refusal that only shows here leaves what was done before it. */
export type Application = (transaction: WriteTransaction) => void;

const validateUpsert = compileValidator(PointInsertOperations, { part: 'JSON body' });
const validateSelector = compileValidator(PointsSelector, { part: 'JSON body' });
const validateSetPayload = compileValidator(SetPayload, { part: 'JSON body' });
const validateDeletePayload = compileValidator(DeletePayload, { part: 'JSON body' });

/** For each kind of update: checks a parsed body against its collection and changes nothing; the result does. */
export const PREPARE: Record<UpdateTask, (collection: Collection, body: unknown) => Application> = {
  upsert: (collection, body) => {
    const prepared = prepareUpsert(collection, validateUpsert(body));
    return (transaction) => applyUpsert(transaction, prepared);
  },
  delete_points: (_, body) => {
    const selector = validateSelector(body);
    checkDelete(selector);
    return (transaction) => applyDelete(transaction, selector);
  },
  set_payload: (_, body) => prepareSetPayload(validateSetPayload(body)),
  overwrite_payload: (_, body) => prepareOverwritePayload(validateSetPayload(body)),
  delete_payload: (_, body) => prepareDeletePayload(validateDeletePayload(body)),
  clear_payload: (_, body) => prepareClearPayload(validateSelector(body)),
};
