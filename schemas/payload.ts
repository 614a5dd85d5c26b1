/** Changing payloads: set, overwrite, delete and clear. */
import { Type, type Static } from 'typebox';
import { ExtendedPointId, JsonPath, Payload, ShardKeySelector } from './common.ts';
import { component, rule } from './component.ts';
import { Filter } from './filter.ts';
import { opt } from './scalars.ts';

/** Points by id or by filter, flat in the request; ids win where both are given. */
const selection = () => ({
  points: opt(Type.Array(ExtendedPointId), { description: 'Points to change.' }),
  filter: opt(Filter, { description: 'Changes the points that match, if no `points` are given.' }),
  shard_key: opt(ShardKeySelector, { description: 'Shards to ask, with custom sharding.' }),
});

function needsSelection({ points, filter }: { points?: unknown; filter?: unknown }) {
  if (points || filter) return undefined;
  return { message: 'Either list of point ids or filter must be provided', format: true };
}

export const SetPayload = component(
  'SetPayload',
  rule(
    Type.Object({
      payload: Payload,
      ...selection(),
      key: opt(JsonPath, { description: 'Path of the object to change, the whole payload if not given.' }),
    }),
    needsSelection,
  ),
);
export type SetPayload = Static<typeof SetPayload>;

export const DeletePayload = component(
  'DeletePayload',
  rule(
    Type.Object({
      keys: Type.Array(JsonPath, { description: 'Paths of what to delete.' }),
      ...selection(),
    }),
    needsSelection,
  ),
);
export type DeletePayload = Static<typeof DeletePayload>;
