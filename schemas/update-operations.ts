/** Several updates in one request. */
import { Type, type Static, type TSchema } from 'typebox';
import { component, withFacts } from './component.ts';
import { DeletePayload, SetPayload } from './payload.ts';
import { DeleteVectors, PointInsertOperations, PointsSelector, UpdateVectors } from './points.ts';

/** An object whose one key names the kind of update. */
function operation<const Key extends string, T extends TSchema>(name: string, key: Key, request: T) {
  return component(name, Type.Object({ [key]: request } as Record<Key, T>));
}

export const UpsertOperation = operation('UpsertOperation', 'upsert', PointInsertOperations);
export const DeleteOperation = operation('DeleteOperation', 'delete', PointsSelector);
export const SetPayloadOperation = operation('SetPayloadOperation', 'set_payload', SetPayload);
export const OverwritePayloadOperation = operation(
  'OverwritePayloadOperation',
  'overwrite_payload',
  SetPayload,
);
export const DeletePayloadOperation = operation('DeletePayloadOperation', 'delete_payload', DeletePayload);
export const ClearPayloadOperation = operation('ClearPayloadOperation', 'clear_payload', PointsSelector);
export const UpdateVectorsOperation = operation('UpdateVectorsOperation', 'update_vectors', UpdateVectors);
export const DeleteVectorsOperation = operation('DeleteVectorsOperation', 'delete_vectors', DeleteVectors);

export const UpdateOperation = component(
  'UpdateOperation',
  withFacts(
    Type.Union([
      UpsertOperation,
      DeleteOperation,
      SetPayloadOperation,
      OverwritePayloadOperation,
      DeletePayloadOperation,
      ClearPayloadOperation,
      UpdateVectorsOperation,
      DeleteVectorsOperation,
    ]),
    { tellsInside: true },
  ),
);
export type UpdateOperation = Static<typeof UpdateOperation>;

export const UpdateOperations = component(
  'UpdateOperations',
  Type.Object({ operations: Type.Array(UpdateOperation) }),
);
export type UpdateOperations = Static<typeof UpdateOperations>;
