/** Path parameters and query strings that several routes take. */
import { Type, type Static } from 'typebox';
import { JsonPath } from './common.ts';
import { component, rule, withFacts } from './component.ts';
import { nonZero, oneOf, uint } from './scalars.ts';

/** A rule for a name that must hold none of `forbidden`. */
function nameWithout(forbidden: readonly string[], description: string) {
  return rule(Type.String({ minLength: 1, maxLength: 255, description }), (name) => {
    const found = forbidden.find((character) => name.includes(character));
    if (found === undefined) return undefined;
    return { message: `collection name cannot contain ${JSON.stringify(found)} char` };
  });
}

const NEW_NAME_FORBIDDEN = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f'];

export const CollectionPath = Type.Object({
  collection_name: nameWithout(['/', '\0'], 'Name of the collection.'),
});
export type CollectionPath = Static<typeof CollectionPath>;

export const NewCollectionPath = Type.Object({
  collection_name: nameWithout(NEW_NAME_FORBIDDEN, 'Name for the new collection.'),
});
export type NewCollectionPath = Static<typeof NewCollectionPath>;

export const PointPath = Type.Object({
  ...CollectionPath.properties,
  id: Type.String({ description: 'Id of the point: an unsigned integer or a UUID.' }),
});
export type PointPath = Static<typeof PointPath>;

export const VectorPath = Type.Object({
  ...CollectionPath.properties,
  vector_name: Type.String({ description: 'Name of the vector.' }),
});
export type VectorPath = Static<typeof VectorPath>;

export const FieldPath = Type.Object({ ...CollectionPath.properties, field_name: JsonPath });
export type FieldPath = Static<typeof FieldPath>;

export const WriteOrdering = component('WriteOrdering', oneOf(['weak', 'medium', 'strong']));
export type WriteOrdering = Static<typeof WriteOrdering>;

export const ReadConsistencyType = component('ReadConsistencyType', oneOf(['majority', 'quorum', 'all']));
export type ReadConsistencyType = Static<typeof ReadConsistencyType>;

export const ReadConsistency = component(
  'ReadConsistency',
  withFacts(Type.Union([nonZero(uint({ minimum: 1 })), ReadConsistencyType]), {
    explain: (value) =>
      `read consistency must be a positive integer, \`majority\`, \`quorum\` or \`all\`, not \`${String(value)}\``,
  }),
);
export type ReadConsistency = Static<typeof ReadConsistency>;

const timeout = () => uint({ minimum: 1, description: 'Seconds to wait.' });

/** Parameters of everything that writes points. */
export const WriteParameters = Type.Object({
  wait: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'Answer after the change is visible, not after it is logged.',
    }),
  ),
  ordering: Type.Optional(WriteOrdering),
  timeout: Type.Optional(nonZero(timeout())),
});
export type WriteParameters = Static<typeof WriteParameters>;

/** Parameters of everything that reads points. */
export const ReadParameters = Type.Object({
  consistency: Type.Optional(ReadConsistency),
  timeout: Type.Optional(nonZero(timeout())),
});
export type ReadParameters = Static<typeof ReadParameters>;

/** Parameters of everything that changes collections. */
export const ChangeParameters = Type.Object({ timeout: Type.Optional(timeout()) });
export type ChangeParameters = Static<typeof ChangeParameters>;
