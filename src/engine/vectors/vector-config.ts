import type { CreateCollection } from '../../../schemas/collections.ts';
import type { HnswConfigDiff } from '../../../schemas/hnsw.ts';
import { codesPay } from '../../kernels/graph-layout.ts';
import type { DatatypeName, MetricName } from '../../kernels/memory-layout.ts';
import { assert } from '../../shared/assert.ts';
import { HNSW_DEFAULTS, OPTIMIZER_DEFAULTS } from '../../shared/collection-defaults.ts';
import { type Quantization, quantizationOf } from './quantization.ts';

/** How the index of a vector is built and when it is used. */
export interface IndexConfig {
  /** Links of a node; 0: no index. */
  readonly m: number;
  /** Candidate list at build, and at search unless the request says otherwise. */
  readonly efConstruct: number;
  /** Kilobytes of vectors: fewer are scanned instead. */
  readonly fullScanThresholdKb: number;
  /** Kilobytes of vectors in a segment from which it is indexed; 0: never. */
  readonly indexingThresholdKb: number;
}

/** What every kind of named vector of a collection has; the unnamed vector has the name "". */
interface VectorIdentity {
  /** Its number in the collection, never used again for another: the column of its rows in LMDB. */
  readonly id: number;
  readonly name: string;
  readonly metric: MetricName;
}

/** One list of numbers a point. */
export interface DenseConfig extends VectorIdentity {
  readonly kind: 'dense';
  readonly dim: number;
  readonly datatype: DatatypeName;
  /** Its rows stay in LMDB; codes and graph are in memory. */
  readonly isOnDisk?: boolean;
  readonly index: IndexConfig;
  readonly quantization?: Quantization | undefined;
}

/** Any number of rows a point, compared by max_sim. */
export interface MultiConfig extends VectorIdentity {
  readonly kind: 'multi';
  readonly dim: number;
  readonly datatype: DatatypeName;
}

/** Numbers at a few of 2^32 positions. */
export interface SparseConfig extends VectorIdentity {
  readonly kind: 'sparse';
  readonly metric: 'Dot';
  /** Query weights are multiplied by the inverse document frequency of their position. */
  readonly hasIdf: boolean;
}

export type VectorConfig = DenseConfig | MultiConfig | SparseConfig;

/** The numbers of a collection's vectors. They outlive the names: a dropped name that returns gets a new number. */
export interface VectorNumbers {
  readonly ids: readonly (readonly [name: string, id: number])[];
  /** The number of the next vector that is added. */
  readonly next: number;
}

type Vectors = NonNullable<CreateCollection['vectors']>;
type VectorParams = Extract<Vectors, { distance: MetricName }>;

/** The numbers that vectors get when their collection is created: from 1 on, in the order of the parameters. */
export function initialVectorNumbers(params: CreateCollection): VectorNumbers {
  const names = [...denseParams(params), ...sparseParams(params)].map(([name]) => name);
  return { ids: names.map((name, i) => [name, i + 1]), next: names.length + 1 };
}

/** The vectors that a collection's parameters declare: dense ones and multivectors in their order, then sparse ones. */
export function vectorConfigs(params: CreateCollection, numbers: VectorNumbers): VectorConfig[] {
  const ids = new Map(numbers.ids);
  const idOf = (name: string): number => {
    const id = ids.get(name);
    assert(id !== undefined, `vector ${name} has a number`);
    return id;
  };
  const regular = denseParams(params).map(([name, vector]): VectorConfig => {
    const common = {
      id: idOf(name),
      name,
      metric: vector.distance,
      dim: Number(vector.size),
      datatype: storedAs(vector.datatype),
    };
    if (vector.multivector_config) return { kind: 'multi', ...common };
    return {
      kind: 'dense',
      ...common,
      index: indexConfig(params, vector.hnsw_config ?? {}),
      isOnDisk: isOnDisk(vector),
      quantization: quantizationOf(vector.quantization_config ?? params.quantization_config, common),
    };
  });
  const sparse = sparseParams(params).map(
    ([name, { modifier }]): VectorConfig => ({
      kind: 'sparse',
      id: idOf(name),
      name,
      metric: 'Dot',
      hasIdf: modifier === 'idf',
    }),
  );
  return [...regular, ...sparse];
}

function denseParams({ vectors }: CreateCollection): [string, VectorParams][] {
  if (vectors === undefined || vectors === null) return [];
  return isSingle(vectors) ? [['', vectors]] : Object.entries(vectors);
}

function sparseParams({ sparse_vectors: vectors }: CreateCollection) {
  return Object.entries(vectors ?? {});
}

/** A map may have a vector named `size`, but then its value is an object and not a number. */
function isSingle(vectors: Vectors): vectors is VectorParams {
  return typeof vectors.size === 'number' || typeof vectors.size === 'bigint';
}

/** Whether rows stay on disk. Graphs without codes are walked on the rows themselves, which have to be in memory then. */
function isOnDisk({ on_disk, memory, distance, size }: VectorParams): boolean {
  const isAsked = memory ? memory === 'cold' : on_disk === true;
  return isAsked && distance !== 'Manhattan' && codesPay(Number(size));
}

/** How numbers are stored; the lossy datatypes of a quantization are kept as float32. */
function storedAs(datatype: VectorParams['datatype']): DatatypeName {
  return datatype === 'float16' || datatype === 'uint8' ? datatype : 'float32';
}

/** Settings of the vector over those of the collection over the defaults. */
function indexConfig(
  { hnsw_config: common, optimizers_config }: CreateCollection,
  own: HnswConfigDiff,
): IndexConfig {
  const setting = (key: 'm' | 'ef_construct' | 'full_scan_threshold') =>
    own[key] ?? common?.[key] ?? HNSW_DEFAULTS[key];
  // Links among the points of each payload value alone are asked for in collections of many tenants. One graph over all serves
  // these as well: a filter decides how it is walked.
  const m = setting('m') || (own.payload_m ?? common?.payload_m ?? 0);
  return {
    m,
    efConstruct: setting('ef_construct'),
    fullScanThresholdKb: setting('full_scan_threshold'),
    indexingThresholdKb: optimizers_config?.indexing_threshold ?? OPTIMIZER_DEFAULTS.indexing_threshold,
  };
}
