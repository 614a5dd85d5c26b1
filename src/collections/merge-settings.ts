import type {
  CollectionSettings,
  UpdateCollection,
  VectorParamsDiff,
} from '../../schemas/collection-update.ts';
import type { VectorParams } from '../../schemas/vectors.ts';
import { wrongInput } from '../shared/errors.ts';
import { given } from './given.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * The settings of a collection after an update: leaves that are given replace, others stay; a quantization is replaced as
 * a whole; metadata is merged key by key. @throws NEARIFY_WRONG_INPUT for vector names that do not exist
 */
export function mergeSettings(settings: CollectionSettings, update: UpdateCollection): CollectionSettings {
  const { optimizers_config, hnsw_config, strict_mode_config, params, quantization_config } = update;
  return {
    ...settings,
    ...given(params ?? {}),
    ...section('optimizers_config', settings, optimizers_config),
    ...section('hnsw_config', settings, hnsw_config),
    ...section('strict_mode_config', settings, strict_mode_config),
    ...quantization(quantization_config),
    ...(update.vectors && { vectors: mergeVectors(settings.vectors ?? {}, update.vectors) }),
    ...(update.sparse_vectors && { sparse_vectors: mergeSparse(settings, update.sparse_vectors) }),
    ...(update.metadata && { metadata: mergeMetadata(settings.metadata, update.metadata) }),
  };
}

function section(
  key: 'optimizers_config' | 'hnsw_config' | 'strict_mode_config',
  settings: CollectionSettings,
  change: Plain | null | undefined,
): Plain {
  return change ? { [key]: { ...settings[key], ...given(change) } } : {};
}

function quantization(change: UpdateCollection['quantization_config']): Plain {
  if (change === undefined || change === null) return {};
  return { quantization_config: change === 'Disabled' ? null : change };
}

type Vectors = NonNullable<CollectionSettings['vectors']>;

function mergeVectors(vectors: Vectors, changes: Readonly<Record<string, VectorParamsDiff>>): Vectors {
  const isUnnamed = typeof vectors.size === 'number';
  const named: Record<string, VectorParams> = isUnnamed
    ? { '': vectors as VectorParams }
    : { ...(vectors as Record<string, VectorParams>) };
  for (const [name, change] of Object.entries(changes)) {
    const params = Object.hasOwn(named, name) ? named[name] : undefined;
    if (params === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
    named[name] = mergeVector(params, change);
  }
  return isUnnamed ? named['']! : named;
}

function mergeVector(params: VectorParams, change: VectorParamsDiff): VectorParams {
  const { hnsw_config, quantization_config, ...rest } = change;
  return given({
    ...params,
    ...given(rest),
    ...(hnsw_config && { hnsw_config: { ...params.hnsw_config, ...given(hnsw_config) } }),
    ...quantization(quantization_config),
  });
}

function mergeSparse(
  { sparse_vectors: vectors }: CollectionSettings,
  changes: NonNullable<UpdateCollection['sparse_vectors']>,
): NonNullable<CollectionSettings['sparse_vectors']> {
  const merged = { ...vectors };
  for (const [name, { index, ...rest }] of Object.entries(changes)) {
    const params = merged[name];
    if (params === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
    merged[name] = {
      ...params,
      ...given(rest),
      ...(index && { index: { ...params.index, ...given(index) } }),
    };
  }
  return merged;
}

function mergeMetadata(metadata: Plain | null | undefined, change: Plain): Record<string, unknown> {
  const merged = { ...metadata, ...change };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}
