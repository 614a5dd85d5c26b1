/** Indexes on payload keys. */
import { Type, type Static, type TProperties } from 'typebox';
import { JsonPath } from './common.ts';
import { component, rule, unnamedRule, withFacts } from './component.ts';
import { Memory } from './memory.ts';
import { oneOf, opt, uint } from './scalars.ts';
import { tokenization } from './text.ts';

export const PayloadSchemaType = component(
  'PayloadSchemaType',
  oneOf(['keyword', 'integer', 'float', 'geo', 'text', 'bool', 'datetime', 'uuid']),
);
export type PayloadSchemaType = Static<typeof PayloadSchemaType>;

/** The parameters of one kind of index: its own ones and those of every kind. */
function indexParams<T extends TProperties>(own: T) {
  return Type.Object({
    ...own,
    on_disk: opt(Type.Boolean(), { deprecated: true }),
    memory: opt(Memory),
    enable_hnsw: opt(Type.Boolean()),
    nested: opt(JsonPath, {
      description: 'An array around the key, each object of which is an entry of its own.',
    }),
  });
}

export const KeywordIndexType = component('KeywordIndexType', oneOf(['keyword']));
export type KeywordIndexType = Static<typeof KeywordIndexType>;
export const KeywordIndexParams = component(
  'KeywordIndexParams',
  indexParams({ type: KeywordIndexType, is_tenant: opt(Type.Boolean()), prefix: opt(Type.Boolean()) }),
);
export type KeywordIndexParams = Static<typeof KeywordIndexParams>;

export const IntegerIndexType = component('IntegerIndexType', oneOf(['integer']));
export type IntegerIndexType = Static<typeof IntegerIndexType>;
export const IntegerIndexParams = component(
  'IntegerIndexParams',
  rule(
    indexParams({
      type: IntegerIndexType,
      lookup: opt(Type.Boolean()),
      range: opt(Type.Boolean()),
      is_principal: opt(Type.Boolean()),
    }),
    ({ lookup, range }) =>
      lookup === false && range === false
        ? {
            at: 'lookup',
            message: unnamedRule("the 'lookup' and 'range' capabilities can't be both disabled"),
          }
        : undefined,
  ),
);
export type IntegerIndexParams = Static<typeof IntegerIndexParams>;

export const FloatIndexType = component('FloatIndexType', oneOf(['float']));
export type FloatIndexType = Static<typeof FloatIndexType>;
export const FloatIndexParams = component(
  'FloatIndexParams',
  indexParams({ type: FloatIndexType, is_principal: opt(Type.Boolean()) }),
);
export type FloatIndexParams = Static<typeof FloatIndexParams>;

export const GeoIndexType = component('GeoIndexType', oneOf(['geo']));
export type GeoIndexType = Static<typeof GeoIndexType>;
export const GeoIndexParams = component('GeoIndexParams', indexParams({ type: GeoIndexType }));
export type GeoIndexParams = Static<typeof GeoIndexParams>;

export const TextIndexType = component('TextIndexType', oneOf(['text']));
export type TextIndexType = Static<typeof TextIndexType>;

export const TextScoringType = component('TextScoringType', oneOf(['bm25']));
export type TextScoringType = Static<typeof TextScoringType>;
export const TextScoringParams = component('TextScoringParams', Type.Object({ type: TextScoringType }));
export type TextScoringParams = Static<typeof TextScoringParams>;
export const TextScoringInterface = component(
  'TextScoringInterface',
  Type.Union([Type.Boolean(), TextScoringParams]),
);
export type TextScoringInterface = Static<typeof TextScoringInterface>;

export const TextIndexParams = component(
  'TextIndexParams',
  indexParams({
    type: TextIndexType,
    phrase_matching: opt(Type.Boolean()),
    scoring: opt(TextScoringInterface, { description: 'For queries that rank by the words of a text.' }),
    ...tokenization(),
  }),
);
export type TextIndexParams = Static<typeof TextIndexParams>;

export const BoolIndexType = component('BoolIndexType', oneOf(['bool']));
export type BoolIndexType = Static<typeof BoolIndexType>;
export const BoolIndexParams = component('BoolIndexParams', indexParams({ type: BoolIndexType }));
export type BoolIndexParams = Static<typeof BoolIndexParams>;

export const DatetimeIndexType = component('DatetimeIndexType', oneOf(['datetime']));
export type DatetimeIndexType = Static<typeof DatetimeIndexType>;
export const DatetimeIndexParams = component(
  'DatetimeIndexParams',
  indexParams({ type: DatetimeIndexType, is_principal: opt(Type.Boolean()) }),
);
export type DatetimeIndexParams = Static<typeof DatetimeIndexParams>;

export const UuidIndexType = component('UuidIndexType', oneOf(['uuid']));
export type UuidIndexType = Static<typeof UuidIndexType>;
export const UuidIndexParams = component(
  'UuidIndexParams',
  indexParams({ type: UuidIndexType, is_tenant: opt(Type.Boolean()) }),
);
export type UuidIndexParams = Static<typeof UuidIndexParams>;

export const PayloadSchemaParams = component(
  'PayloadSchemaParams',
  Type.Union([
    KeywordIndexParams,
    IntegerIndexParams,
    FloatIndexParams,
    GeoIndexParams,
    TextIndexParams,
    BoolIndexParams,
    DatetimeIndexParams,
    UuidIndexParams,
  ]),
);
export type PayloadSchemaParams = Static<typeof PayloadSchemaParams>;

export const PayloadFieldSchema = component(
  'PayloadFieldSchema',
  Type.Union([PayloadSchemaType, PayloadSchemaParams], { description: 'A type, or a type with parameters.' }),
);
export type PayloadFieldSchema = Static<typeof PayloadFieldSchema>;

export const CreateFieldIndex = component(
  'CreateFieldIndex',
  withFacts(
    Type.Object({
      field_name: JsonPath,
      field_schema: opt(PayloadFieldSchema),
    }),
    { aliases: { field_type: 'field_schema' } },
  ),
);
export type CreateFieldIndex = Static<typeof CreateFieldIndex>;

export const PayloadIndexInfo = component(
  'PayloadIndexInfo',
  Type.Object({
    data_type: PayloadSchemaType,
    params: opt(PayloadSchemaParams),
    points: uint({ description: 'Points that hold a value of the index type under this key.' }),
  }),
);
export type PayloadIndexInfo = Static<typeof PayloadIndexInfo>;
