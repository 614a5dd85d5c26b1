/** Distances between the points of a sample. */
import { Type, type Static } from 'typebox';
import { ExtendedPointId, ShardKeySelector } from './common.ts';
import { component, withFacts } from './component.ts';
import { Filter } from './filter.ts';
import { float32, opt, uint, uint64 } from './scalars.ts';

export const SearchMatrixRequest = component(
  'SearchMatrixRequest',
  withFacts(
    Type.Object({
      shard_key: opt(ShardKeySelector),
      filter: opt(Filter),
      sample: opt(uint({ minimum: 2 }), { description: 'Points to compare, 10 if not given.' }),
      limit: opt(uint({ minimum: 1 }), { description: 'Neighbours of each point, 3 if not given.' }),
      using: opt(Type.String(), { description: 'Name of the vector, the unnamed one if not given.' }),
    }),
    { flattenedAs: 'search_request' },
  ),
);
export type SearchMatrixRequest = Static<typeof SearchMatrixRequest>;

export const SearchMatrixPair = component(
  'SearchMatrixPair',
  Type.Object({ a: ExtendedPointId, b: ExtendedPointId, score: float32() }),
);
export type SearchMatrixPair = Static<typeof SearchMatrixPair>;

export const SearchMatrixPairsResponse = component(
  'SearchMatrixPairsResponse',
  Type.Object({ pairs: Type.Array(SearchMatrixPair) }),
);
export type SearchMatrixPairsResponse = Static<typeof SearchMatrixPairsResponse>;

export const SearchMatrixOffsetsResponse = component(
  'SearchMatrixOffsetsResponse',
  Type.Object({
    offsets_row: Type.Array(uint64(), { description: 'Positions in `ids`.' }),
    offsets_col: Type.Array(uint64()),
    scores: Type.Unsafe<number[] | Float32Array>(Type.Array(float32())),
    ids: Type.Array(ExtendedPointId),
  }),
);
export type SearchMatrixOffsetsResponse = Static<typeof SearchMatrixOffsetsResponse>;
