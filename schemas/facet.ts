/** Facets: how many points have each value of a payload key. */
import { type Static, Type } from 'typebox';
import { JsonPath, ShardKeySelector } from './common.ts';
import { component, withFacts } from './component.ts';
import { Filter } from './filter.ts';
import { int64, opt, uint } from './scalars.ts';

export const FacetRequest = component(
  'FacetRequest',
  withFacts(
    Type.Object({
      shard_key: opt(ShardKeySelector),
      key: JsonPath,
      limit: opt(uint({ minimum: 1 }), { description: 'Values to return, 10 if not given.' }),
      filter: opt(Filter),
      exact: opt(Type.Boolean(), { description: 'False allows estimates.' }),
    }),
    { flattenedAs: 'facet_request' },
  ),
);
export type FacetRequest = Static<typeof FacetRequest>;

export const FacetValue = component('FacetValue', Type.Union([Type.String(), int64(), Type.Boolean()]));
export type FacetValue = Static<typeof FacetValue>;

export const FacetValueHit = component('FacetValueHit', Type.Object({ value: FacetValue, count: uint() }));
export type FacetValueHit = Static<typeof FacetValueHit>;

export const FacetResponse = component('FacetResponse', Type.Object({ hits: Type.Array(FacetValueHit) }));
export type FacetResponse = Static<typeof FacetResponse>;
