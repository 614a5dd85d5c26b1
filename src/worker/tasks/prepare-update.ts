import type { Static, TSchema } from 'typebox';
import { CreateFieldIndex } from '../../../schemas/payload-index.ts';
import { DeletePayload, SetPayload } from '../../../schemas/payload.ts';
import {
  DeleteVectors,
  PointInsertOperations,
  PointsSelector,
  UpdateVectors,
} from '../../../schemas/points.ts';
import { UpdateOperations } from '../../../schemas/update-operations.ts';
import type { Collection } from '../../engine/segment/collection.ts';
import { prepareCreateIndex, prepareDeleteIndex } from '../../engine/segment/write/create-index.ts';
import { applyDelete, checkDelete } from '../../engine/segment/write/delete.ts';
import { prepareClearPayload, prepareDeletePayload } from '../../engine/segment/write/delete-payload.ts';
import { prepareOverwritePayload, prepareSetPayload } from '../../engine/segment/write/set-payload.ts';
import type { WriteTransaction } from '../../engine/segment/write/transaction.ts';
import { applyUpsert, prepareUpsert } from '../../engine/segment/write/upsert.ts';
import { prepareDeleteVectors, prepareUpdateVectors } from '../../engine/segment/write/vectors.ts';
import type { UpdateRequest } from '../../protocol/background-tasks.ts';
import type { UpdateTask } from '../../protocol/tasks.ts';
import { ServiceError } from '../../shared/errors.ts';
import { compileValidator } from '../../shared/validation.ts';
import { withLanguageNames } from './language-names.ts';

/** Changes the collection within a transaction. A refusal that only shows here leaves what was done before it. */
export type Application = (transaction: WriteTransaction) => void;

/** One kind of update. */
interface Update {
  /** Checks the shape of a parsed body. */
  readonly validate: (body: unknown) => unknown;
  /** Checks a body of the right shape against its collection and changes nothing; the result does. */
  readonly prepare: (collection: Collection, request: unknown) => Application;
}

function update<T extends TSchema>(
  schema: T,
  prepare: (collection: Collection, request: Static<T>) => Application,
): Update {
  return {
    validate: compileValidator(schema, { part: 'JSON body' }),
    prepare: (collection, request) => prepare(collection, request as Static<T>),
  };
}

type PointUpdate = Exclude<UpdateTask, 'batch_update' | 'create_index' | 'delete_index'>;

const UPDATES: Record<PointUpdate, Update> = {
  upsert: update(PointInsertOperations, (collection, request) => {
    const prepared = prepareUpsert(collection, request);
    return (transaction) => applyUpsert(transaction, prepared);
  }),
  delete_points: update(PointsSelector, (_, selector) => {
    checkDelete(selector);
    return (transaction) => applyDelete(transaction, selector);
  }),
  update_vectors: update(UpdateVectors, prepareUpdateVectors),
  delete_vectors: update(DeleteVectors, prepareDeleteVectors),
  set_payload: update(SetPayload, (_, request) => prepareSetPayload(request)),
  overwrite_payload: update(SetPayload, (_, request) => prepareOverwritePayload(request)),
  delete_payload: update(DeletePayload, (_, request) => prepareDeletePayload(request)),
  clear_payload: update(PointsSelector, (_, selector) => prepareClearPayload(selector)),
};

/** The kinds of update by the key that an operation of a batch has. */
const OPERATIONS: Readonly<Record<string, Update>> = { ...UPDATES, delete: UPDATES.delete_points };

const validateIndex = compileValidator(CreateFieldIndex, { part: 'JSON body' });
const validateBatch = compileValidator(UpdateOperations, { part: 'JSON body' });

/**
 * Checks a request against its collection and changes nothing; the results do, in order, each as one operation. `parse`
 * gives the body; not every kind of update has one.
 */
export function prepareUpdate(
  { task, args }: Pick<UpdateRequest, 'task' | 'args'>,
  collection: Collection,
  parse: () => unknown,
): Application[] {
  if (task === 'delete_index') return [prepareDeleteIndex(String(args.field_name))];
  if (task === 'create_index') return [prepareCreateIndex(validateIndex(withLanguageNames(parse())))];
  if (task !== 'batch_update') {
    const { validate, prepare } = UPDATES[task];
    return [prepare(collection, validate(parse()))];
  }
  return validateBatch(parse()).operations.map((operation) => {
    // The schema has accepted one of the keys; Qdrant takes the first that it knows.
    const key = Object.keys(operation).find((name) => Object.hasOwn(OPERATIONS, name))!;
    const request = (operation as Record<string, unknown>)[key];
    return orLater(() => OPERATIONS[key]!.prepare(collection, request));
  });
}

/** That an operation of a batch selects nothing is found out when its turn comes. */
function orLater(prepare: () => Application): Application {
  try {
    return prepare();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'NEARIFY_BAD_REQUEST') throw error;
    return () => {
      throw error;
    };
  }
}
