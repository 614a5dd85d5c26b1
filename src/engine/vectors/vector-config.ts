import type { CreateCollection } from '../../../schemas/collections.ts';
import type { MetricName } from '../../kernels/memory-layout.ts';

/** A named vector of a collection; the unnamed one has the name "". */
export interface VectorConfig {
  readonly name: string;
  readonly dim: number;
  readonly metric: MetricName;
}

/** The dense vectors that `vectors` of a create request declares, in its order. */
export function vectorConfigs(vectors: CreateCollection['vectors']): VectorConfig[] {
  if (vectors === undefined || vectors === null) return [];
  if (isSingle(vectors)) return [{ name: '', dim: Number(vectors.size), metric: vectors.distance }];
  return Object.entries(vectors).map(([name, params]) => ({
    name,
    dim: Number(params.size),
    metric: params.distance,
  }));
}

type Vectors = NonNullable<CreateCollection['vectors']>;
type SingleVector = Extract<Vectors, { distance: MetricName }>;

/** A map may have a vector named `size`, but then its value is an object and not a number. */
function isSingle(vectors: Vectors): vectors is SingleVector {
  return typeof vectors.size === 'number' || typeof vectors.size === 'bigint';
}
