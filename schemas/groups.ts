/** Results in groups: points under the values of a payload key. */
import { Type, type Static } from 'typebox';
import { WithPayloadInterface, WithVector } from './common.ts';
import { component, withFacts } from './component.ts';
import { Record, ScoredPoint } from './points.ts';
import { int64, opt, uint64 } from './scalars.ts';

export const WithLookup = component(
  'WithLookup',
  withFacts(
    Type.Object({
      collection: Type.String({ description: 'Collection with a point for each group.' }),
      with_payload: opt(WithPayloadInterface, { description: 'All of it if not given.' }),
      with_vectors: opt(WithVector),
    }),
    { aliases: { with_vector: 'with_vectors' } },
  ),
);
export type WithLookup = Static<typeof WithLookup>;

export const WithLookupInterface = component(
  'WithLookupInterface',
  withFacts(Type.Union([Type.String(), WithLookup]), { tellsInside: true }),
);
export type WithLookupInterface = Static<typeof WithLookupInterface>;

export const GroupId = component('GroupId', Type.Union([Type.String(), uint64(), int64()]));
export type GroupId = Static<typeof GroupId>;

export const PointGroup = component(
  'PointGroup',
  Type.Object({
    hits: Type.Array(ScoredPoint, { description: 'Best first.' }),
    id: GroupId,
    lookup: opt(Record, { description: 'The point with the id of the group.' }),
  }),
);
export type PointGroup = Static<typeof PointGroup>;

export const GroupsResult = component('GroupsResult', Type.Object({ groups: Type.Array(PointGroup) }));
export type GroupsResult = Static<typeof GroupsResult>;

/** How messages name the part of a request that speaks of groups. */
export const GROUP_FIELDS = {
  group_by: 'group_request',
  group_size: 'group_request',
  limit: 'group_request',
  with_lookup: 'group_request',
};
