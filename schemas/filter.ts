/** Filters: conditions on payload, ids and vectors, and how they combine. */
import { Type, type Static } from 'typebox';
import { ExtendedPointId, JsonPath } from './common.ts';
import { component, ref, rule, unnamedRule, withFacts } from './component.ts';
import { float64, int64, nonZero, opt, uint, uint32 } from './scalars.ts';

export const ValueVariants = component('ValueVariants', Type.Union([Type.String(), int64(), Type.Boolean()]));
export type ValueVariants = Static<typeof ValueVariants>;

export const MatchValue = component('MatchValue', Type.Object({ value: ValueVariants }));
export type MatchValue = Static<typeof MatchValue>;

export const MatchText = component('MatchText', Type.Object({ text: Type.String() }));
export type MatchText = Static<typeof MatchText>;

export const MatchTextAny = component('MatchTextAny', Type.Object({ text_any: Type.String() }));
export type MatchTextAny = Static<typeof MatchTextAny>;

export const MatchPhrase = component('MatchPhrase', Type.Object({ phrase: Type.String() }));
export type MatchPhrase = Static<typeof MatchPhrase>;

export const MatchPrefix = component('MatchPrefix', Type.Object({ prefix: Type.String() }));
export type MatchPrefix = Static<typeof MatchPrefix>;

export const MatchSubstring = component('MatchSubstring', Type.Object({ substring: Type.String() }));
export type MatchSubstring = Static<typeof MatchSubstring>;

export const AnyVariants = component(
  'AnyVariants',
  Type.Union([Type.Array(Type.String()), Type.Array(int64())], {
    description: 'Strings or integers; one that is listed twice counts once.',
  }),
);
export type AnyVariants = Static<typeof AnyVariants>;

export const MatchAny = component('MatchAny', Type.Object({ any: AnyVariants }));
export type MatchAny = Static<typeof MatchAny>;

export const MatchExcept = component('MatchExcept', Type.Object({ except: AnyVariants }));
export type MatchExcept = Static<typeof MatchExcept>;

export const Match = component(
  'Match',
  Type.Union([
    MatchValue,
    MatchText,
    MatchTextAny,
    MatchPhrase,
    MatchPrefix,
    MatchSubstring,
    MatchAny,
    MatchExcept,
  ]),
);
export type Match = Static<typeof Match>;

/** A bound of a numeric range: a bigint where a number would not be exact. */
const bound = () => opt(Type.Unsafe<number | bigint>(float64()));

export const Range = component(
  'Range',
  Type.Object({ lt: bound(), gt: bound(), gte: bound(), lte: bound() }),
);
export type Range = Static<typeof Range>;

const moment = () => opt(Type.String({ format: 'date-time' }));

export const DatetimeRange = component(
  'DatetimeRange',
  Type.Object({ lt: moment(), gt: moment(), gte: moment(), lte: moment() }),
);
export type DatetimeRange = Static<typeof DatetimeRange>;

const BOUNDS = ['lt', 'gt', 'gte', 'lte'] as const;

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export const RangeInterface = component(
  'RangeInterface',
  withFacts(Type.Union([Range, DatetimeRange]), {
    tellsInside: true,
    choose: (value) => (isObject(value) && BOUNDS.some((name) => typeof value[name] === 'string') ? 1 : 0),
  }),
);
export type RangeInterface = Static<typeof RangeInterface>;

export const GeoPoint = component(
  'GeoPoint',
  rule(Type.Object({ lon: float64(), lat: float64() }), ({ lon, lat }) =>
    Math.abs(lon) <= 180 && Math.abs(lat) <= 90
      ? undefined
      : { message: `no point of the earth: longitude ${lon}, latitude ${lat}`, format: true },
  ),
);
export type GeoPoint = Static<typeof GeoPoint>;

export const GeoBoundingBox = component(
  'GeoBoundingBox',
  Type.Object({ top_left: GeoPoint, bottom_right: GeoPoint }),
);
export type GeoBoundingBox = Static<typeof GeoBoundingBox>;

export const GeoRadius = component(
  'GeoRadius',
  Type.Object({ center: GeoPoint, radius: float64({ description: 'Metres.' }) }),
);
export type GeoRadius = Static<typeof GeoRadius>;

export const GeoLineString = component(
  'GeoLineString',
  rule(Type.Object({ points: Type.Array(GeoPoint) }), ({ points }) => {
    const first = points[0];
    const last = points.at(-1);
    if (first === undefined || last === undefined || points.length < 4) {
      return { message: `polygon ring needs at least 4 points, got ${points.length}`, format: true };
    }
    if (first.lon === last.lon && first.lat === last.lat) return undefined;
    return { message: 'polygon ring must end at the point where it starts', format: true };
  }),
);
export type GeoLineString = Static<typeof GeoLineString>;

export const GeoPolygon = component(
  'GeoPolygon',
  Type.Object({ exterior: GeoLineString, interiors: opt(Type.Array(GeoLineString)) }),
);
export type GeoPolygon = Static<typeof GeoPolygon>;

export const ValuesCount = component(
  'ValuesCount',
  Type.Object({ lt: opt(uint()), gt: opt(uint()), gte: opt(uint()), lte: opt(uint()) }),
);
export type ValuesCount = Static<typeof ValuesCount>;

const FIELD_TESTS = [
  'match',
  'range',
  'geo_bounding_box',
  'geo_radius',
  'geo_polygon',
  'values_count',
  'is_empty',
  'is_null',
] as const;

export const FieldCondition = component(
  'FieldCondition',
  rule(
    Type.Object(
      {
        key: JsonPath,
        match: opt(Match),
        range: opt(RangeInterface),
        geo_bounding_box: opt(GeoBoundingBox),
        geo_radius: opt(GeoRadius),
        geo_polygon: opt(GeoPolygon),
        values_count: opt(ValuesCount),
        is_empty: opt(Type.Boolean()),
        is_null: opt(Type.Boolean()),
      },
      { description: 'A test of the values under one payload key.' },
    ),
    (condition) =>
      FIELD_TESTS.some((test) => condition[test] !== undefined && condition[test] !== null)
        ? undefined
        : { at: '__all__', message: unnamedRule('At least one field condition must be specified') },
  ),
);
export type FieldCondition = Static<typeof FieldCondition>;

export const PayloadField = component('PayloadField', Type.Object({ key: JsonPath }));
export type PayloadField = Static<typeof PayloadField>;

export const IsEmptyCondition = component('IsEmptyCondition', Type.Object({ is_empty: PayloadField }));
export type IsEmptyCondition = Static<typeof IsEmptyCondition>;

export const IsNullCondition = component('IsNullCondition', Type.Object({ is_null: PayloadField }));
export type IsNullCondition = Static<typeof IsNullCondition>;

export const HasIdCondition = component(
  'HasIdCondition',
  Type.Object({ has_id: Type.Array(ExtendedPointId) }),
);
export type HasIdCondition = Static<typeof HasIdCondition>;

export const HasVectorCondition = component('HasVectorCondition', Type.Object({ has_vector: Type.String() }));
export type HasVectorCondition = Static<typeof HasVectorCondition>;

export const Slice = component(
  'Slice',
  rule(
    Type.Object({
      total: nonZero(uint32({ minimum: 1, description: 'Number of slices.' })),
      index: uint32({ description: 'Which of them, from 0.' }),
    }),
    ({ total, index }) =>
      index < total ? undefined : { at: 'index', message: `value ${index} invalid, must be less than total` },
  ),
);
export type Slice = Static<typeof Slice>;

export const SliceCondition = component('SliceCondition', Type.Object({ slice: Slice }));
export type SliceCondition = Static<typeof SliceCondition>;

export const Nested = component(
  'Nested',
  Type.Object(
    { key: JsonPath, filter: ref<Filter>('Filter') },
    { description: 'One object of the array under `key` must pass the whole filter.' },
  ),
);
export interface Nested {
  key: string;
  filter: Filter;
}

export const NestedCondition = component('NestedCondition', Type.Object({ nested: Nested }));
export interface NestedCondition {
  nested: Nested;
}

export type Condition =
  | FieldCondition
  | IsEmptyCondition
  | IsNullCondition
  | HasIdCondition
  | HasVectorCondition
  | SliceCondition
  | NestedCondition
  | Filter;

/** The key that makes an object a condition of each kind, in the order of the variants; a filter has none. */
export const CONDITION_KEYS = [
  'key',
  'is_empty',
  'is_null',
  'has_id',
  'has_vector',
  'slice',
  'nested',
] as const;

export const Condition = component(
  'Condition',
  withFacts(
    Type.Unsafe<Condition>(
      Type.Union([
        FieldCondition,
        IsEmptyCondition,
        IsNullCondition,
        HasIdCondition,
        HasVectorCondition,
        SliceCondition,
        NestedCondition,
        ref<Filter>('Filter'),
      ]),
    ),
    {
      tellsInside: true,
      choose: (value) => {
        if (!isObject(value)) return -1;
        const kind = CONDITION_KEYS.findIndex((key) => key in value);
        return kind < 0 ? CONDITION_KEYS.length : kind;
      },
    },
  ),
);

/** A condition or a list of them, reported as a list. */
function conditions(description: string) {
  const oneOrMany = Type.Union([Condition, Type.Array(Condition), Type.Null()], { description });
  return Type.Optional(withFacts(oneOrMany, { tellsInside: true, isOneOrMany: true }));
}

export const MinShould = component(
  'MinShould',
  Type.Object({
    conditions: Type.Array(Condition),
    min_count: withFacts(uint({ minimum: 1 }), { boundText: 'min_count must be greater than 0' }),
  }),
);
export type MinShould = Static<typeof MinShould>;

export interface Filter {
  should?: Condition | Condition[] | null;
  min_should?: MinShould | null;
  must?: Condition | Condition[] | null;
  must_not?: Condition | Condition[] | null;
}

export const Filter = component(
  'Filter',
  Type.Unsafe<Filter>(
    Type.Object(
      {
        should: conditions('At least one of these holds; an empty list asks for nothing.'),
        min_should: opt(MinShould, { description: 'At least `min_count` of these hold.' }),
        must: conditions('All of these hold.'),
        must_not: conditions('None of these holds.'),
      },
      { additionalProperties: false, description: 'All given parts must hold.' },
    ),
  ),
);
