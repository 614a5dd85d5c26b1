import type { CreateCollection } from '../../../schemas/collections.ts';
import type { HnswConfigDiff } from '../../../schemas/hnsw.ts';
import type { MetricName } from '../../kernels/memory-layout.ts';
import { HNSW_DEFAULTS, OPTIMIZER_DEFAULTS } from '../../shared/collection-defaults.ts';

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

/** A named vector of a collection; the unnamed one has the name "". */
export interface VectorConfig {
  readonly name: string;
  readonly dim: number;
  readonly metric: MetricName;
  readonly index: IndexConfig;
}

type Vectors = NonNullable<CreateCollection['vectors']>;
type VectorParams = Extract<Vectors, { distance: MetricName }>;

/** The dense vectors that a collection's parameters declare, in their order. */
export function vectorConfigs(params: CreateCollection): VectorConfig[] {
  const { vectors } = params;
  if (vectors === undefined || vectors === null) return [];
  const named: [string, VectorParams][] = isSingle(vectors) ? [['', vectors]] : Object.entries(vectors);
  return named.map(([name, vector]) => ({
    name,
    dim: Number(vector.size),
    metric: vector.distance,
    index: indexConfig(params, vector.hnsw_config ?? {}),
  }));
}

/** A map may have a vector named `size`, but then its value is an object and not a number. */
function isSingle(vectors: Vectors): vectors is VectorParams {
  return typeof vectors.size === 'number' || typeof vectors.size === 'bigint';
}

/** Settings of the vector over those of the collection over the defaults. */
function indexConfig(
  { hnsw_config: common, optimizers_config }: CreateCollection,
  own: HnswConfigDiff,
): IndexConfig {
  const setting = (key: 'm' | 'ef_construct' | 'full_scan_threshold') =>
    own[key] ?? common?.[key] ?? HNSW_DEFAULTS[key];
  return {
    m: setting('m'),
    efConstruct: setting('ef_construct'),
    fullScanThresholdKb: setting('full_scan_threshold'),
    indexingThresholdKb: optimizers_config?.indexing_threshold ?? OPTIMIZER_DEFAULTS.indexing_threshold,
  };
}
