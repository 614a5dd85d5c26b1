import { type Static, Type } from 'typebox';

/** 65,535 pages of 64 KiB: the largest memory whose end is still a u32. */
const SEGMENT_BYTES_MAX = 65_535 * 65_536;
const SEGMENT_BYTES_MIN = 65_536;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

const ServiceConfig = Type.Object({
  host: Type.String({
    default: '127.0.0.1',
    minLength: 1,
    description: 'Address to listen on; 0.0.0.0 for all.',
  }),
  http_port: Type.Integer({
    default: 6333,
    minimum: 0,
    maximum: 65_535,
    description: 'Port of the REST API; 0 takes a free one.',
  }),
  max_request_size_mb: Type.Integer({
    default: 32,
    minimum: 1,
    maximum: 1024,
    description: 'Largest request body in MiB.',
  }),
  enable_cors: Type.Boolean({ default: true, description: 'Let web pages of any origin call the API.' }),
  request_timeout_s: Type.Integer({
    default: 60,
    minimum: 1,
    maximum: 86_400,
    description: 'Seconds a request may take when it names no timeout of its own.',
  }),
  shutdown_timeout_s: Type.Integer({
    default: 30,
    minimum: 1,
    maximum: 3600,
    description: 'Seconds that running requests and the storage get to finish on SIGTERM or SIGINT.',
  }),
  slow_request_ms: Type.Integer({
    default: 1000,
    minimum: 0,
    maximum: 86_400_000,
    description: 'Requests that take longer are logged as warnings; 0 turns this off.',
  }),
});

const StorageConfig = Type.Object({
  storage_path: Type.String({
    default: './storage',
    minLength: 1,
    description: 'Directory of all data; created if missing.',
  }),
  segment_bytes_max: Type.Integer({
    default: SEGMENT_BYTES_MAX,
    minimum: SEGMENT_BYTES_MIN,
    maximum: SEGMENT_BYTES_MAX,
    description: 'Largest memory of one segment in bytes; a full segment is sealed and a new one opened.',
  }),
});

const ThreadsConfig = Type.Object({
  search: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 256,
    description: 'Threads that answer reads; 0 means one less than there are cores, at least 1.',
  }),
  background: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 256,
    description: 'Threads that apply updates and build indexes; 0 means half the cores, at least 2.',
  }),
});

const RingConfig = Type.Object({
  slots: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 65_536,
    description: 'Reads that may wait or run at once; one more is answered with 503.',
  }),
  slot_bytes: Type.Integer({
    default: 65_536,
    minimum: 1024,
    maximum: 16_777_216,
    multipleOf: 64,
    description: 'Bytes of shared memory for each of them; larger bodies and replies are passed by message.',
  }),
});

const IndexConfig = Type.Object({
  engine: Type.Enum(['hnsw', 'faiss'], {
    default: 'hnsw',
    description:
      'Engine of collections that choose none: hnsw, the built-in one, or faiss, where it is installed.',
  }),
});

/** Every setting there is. The names are the keys of the file; the environment and the flags are derived from them. */
export const ConfigSchema = Type.Object({
  log_level: Type.Enum([...LOG_LEVELS], {
    default: 'info',
    description: 'Least severe messages that are logged.',
  }),
  service: ServiceConfig,
  storage: StorageConfig,
  threads: ThreadsConfig,
  index: IndexConfig,
  ring: RingConfig,
});

type Mutable = Static<typeof ConfigSchema>;
/** The settings in force: complete, validated and frozen. Thread numbers are resolved, never 0. */
export type Config = { readonly [Section in keyof Mutable]: Readonly<Mutable[Section]> };

/** What the leaves of {@link ConfigSchema} hold, as plain JSON schema. */
interface LeafSchema {
  readonly type?: 'string' | 'integer' | 'boolean';
  readonly enum?: readonly string[];
  readonly default: string | number | boolean;
  readonly description: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly multipleOf?: number;
}

/** One setting: its dotted name, such as `service.http_port`, and its schema. */
export interface ConfigKey extends LeafSchema {
  readonly path: string;
}

interface SectionSchema {
  readonly properties?: Readonly<Record<string, SectionSchema | LeafSchema>>;
}

function leavesOf(section: SectionSchema, prefix: string): ConfigKey[] {
  return Object.entries(section.properties ?? {}).flatMap(([name, schema]) => {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    return 'default' in schema ? [{ ...schema, path }] : leavesOf(schema, path);
  });
}

/** All settings by name, in the order of the schema. */
export const CONFIG_KEYS: ReadonlyMap<string, ConfigKey> = new Map(
  leavesOf(ConfigSchema as unknown as SectionSchema, '').map((key) => [key.path, key]),
);
