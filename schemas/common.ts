/** What all parts of the API share: envelopes, ids, payload and the selectors of what a record shows. */
import { isNumberObject } from 'node:util/types';
import { Type, type Static, type TSchema } from 'typebox';
import { component, rule, withFacts } from './component.ts';
import { float64, nullable, opt, uint, uint64 } from './scalars.ts';

/** A JSON object of the user's. On the data plane it stays the bytes that were sent. */
export const Payload = component(
  'Payload',
  Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    additionalProperties: true,
    description: 'Any JSON object: stored as sent and returned as sent.',
  }),
);
export type Payload = Static<typeof Payload>;

const KEY = '(?:"[^"\\\\]+"|[\\p{Alphabetic}\\p{N}_-]+)';
const JSON_PATH = new RegExp(`^${KEY}(?:\\.${KEY}|\\[[0-9]*\\])*$`, 'u');

/** The path of a payload key: `a.b`, `a[].b`, `a[0]`, `"quoted key".b`. */
export const JsonPath = rule(
  Type.String({ description: 'Path of a payload key, such as `city.name` or `tags[]`.' }),
  (path) => (JSON_PATH.test(path) ? undefined : { message: `Invalid json path: '${path}'`, format: true }),
);

/** How a value that is no point id shows in a message: text bare, everything else as JSON. */
function shown(value: unknown): string {
  // A Number object is a float such as 1.0.
  if (typeof value === 'string' || typeof value === 'bigint' || isNumberObject(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  return JSON.stringify(value) ?? 'nothing';
}

export const ExtendedPointId = component(
  'ExtendedPointId',
  withFacts(
    Type.Union([uint64(), Type.String({ format: 'uuid' })], {
      description: 'Id of a point: an unsigned 64-bit integer or a UUID.',
      examples: [42, '550e8400-e29b-41d4-a716-446655440000'],
    }),
    {
      explain: (value) =>
        `value ${shown(value)} is not a valid point ID, valid values are either an unsigned integer or a UUID`,
    },
  ),
);
export type ExtendedPointId = Static<typeof ExtendedPointId>;

export const ShardKey = component('ShardKey', Type.Union([Type.String(), uint64()]));
export type ShardKey = Static<typeof ShardKey>;

export const ShardKeyWithFallback = component(
  'ShardKeyWithFallback',
  Type.Object({ target: ShardKey, fallback: ShardKey }),
);
export type ShardKeyWithFallback = Static<typeof ShardKeyWithFallback>;

export const ShardKeySelector = component(
  'ShardKeySelector',
  Type.Union([ShardKey, Type.Array(ShardKey), ShardKeyWithFallback]),
);
export type ShardKeySelector = Static<typeof ShardKeySelector>;

export const PayloadSelectorInclude = component(
  'PayloadSelectorInclude',
  Type.Object({ include: Type.Array(JsonPath) }, { additionalProperties: false }),
);
export type PayloadSelectorInclude = Static<typeof PayloadSelectorInclude>;

export const PayloadSelectorExclude = component(
  'PayloadSelectorExclude',
  Type.Object({ exclude: Type.Array(JsonPath) }, { additionalProperties: false }),
);
export type PayloadSelectorExclude = Static<typeof PayloadSelectorExclude>;

export const PayloadSelector = component(
  'PayloadSelector',
  Type.Union([PayloadSelectorInclude, PayloadSelectorExclude]),
);
export type PayloadSelector = Static<typeof PayloadSelector>;

export const WithPayloadInterface = component(
  'WithPayloadInterface',
  Type.Union([Type.Boolean(), Type.Array(JsonPath), PayloadSelector], {
    description: 'All of the payload, none of it, or the listed keys.',
  }),
);
export type WithPayloadInterface = Static<typeof WithPayloadInterface>;

export const WithVector = component(
  'WithVector',
  Type.Union([Type.Boolean(), Type.Array(Type.String())], {
    description: 'All vectors, none, or those of the listed names.',
  }),
);
export type WithVector = Static<typeof WithVector>;

export const HardwareUsage = component(
  'HardwareUsage',
  Type.Object({
    cpu: uint(),
    payload_io_read: uint(),
    payload_io_write: uint(),
    payload_index_io_read: uint(),
    payload_index_io_write: uint(),
    vector_io_read: uint(),
    vector_io_write: uint(),
  }),
);
export type HardwareUsage = Static<typeof HardwareUsage>;

export const ModelUsage = component('ModelUsage', Type.Object({ tokens: uint64() }));
export type ModelUsage = Static<typeof ModelUsage>;

export const InferenceUsage = component(
  'InferenceUsage',
  Type.Object({ models: Type.Record(Type.String(), ModelUsage) }),
);
export type InferenceUsage = Static<typeof InferenceUsage>;

export const Usage = component(
  'Usage',
  Type.Object({ hardware: opt(HardwareUsage), inference: opt(InferenceUsage) }),
);
export type Usage = Static<typeof Usage>;

export const ErrorResponse = component(
  'ErrorResponse',
  Type.Object({
    time: Type.Optional(float64({ description: 'Seconds spent on the request.' })),
    status: Type.Optional(Type.Object({ error: Type.Optional(Type.String()) })),
    result: Type.Optional(nullable(Type.Object({}))),
  }),
);
export type ErrorResponse = Static<typeof ErrorResponse>;

/** The envelope of a success: the result, `ok` and the seconds it took. */
export function envelope<T extends TSchema>(result: T) {
  return Type.Object({
    usage: opt(Usage),
    time: float64({ description: 'Seconds spent on the request.' }),
    status: Type.Literal('ok'),
    result,
  });
}
