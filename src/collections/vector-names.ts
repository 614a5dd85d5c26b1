import type { CollectionSettings } from '../../schemas/collection-update.ts';
import type {
  SparseVectorConfig,
  SparseVectorParams,
  VectorNameConfig,
  VectorParams,
} from '../../schemas/vectors.ts';
import { wrongInput } from '../shared/errors.ts';
import type { VectorNumbers } from '../protocol/shared-handles.ts';
import { given } from './given.ts';

const NAME_BYTES_MAX = 200;
const FORBIDDEN = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f'];

type Vectors = Pick<CollectionSettings, 'vectors' | 'sparse_vectors'>;

/** A map may have a vector named `size`, but then its value is an object. */
function isUnnamed(vectors: NonNullable<Vectors['vectors']>): vectors is VectorParams {
  return typeof vectors.size === 'number' || typeof vectors.size === 'bigint';
}

/** The dense vectors and multivectors by name; the unnamed one has the name "". */
function denseVectors({ vectors }: Vectors): Readonly<Record<string, VectorParams>> {
  if (vectors === undefined || vectors === null) return {};
  return isUnnamed(vectors) ? { '': vectors } : vectors;
}

/** The names of all vectors, in the order in which they are numbered. */
export function vectorNames(settings: Vectors): string[] {
  return [...Object.keys(denseVectors(settings)), ...Object.keys(settings.sparse_vectors ?? {})];
}

/** @throws NEARIFY_WRONG_INPUT for names that a collection's vectors cannot have together */
export function checkVectorNames(settings: Vectors): void {
  const dense = Object.keys(denseVectors(settings));
  const sparse = Object.keys(settings.sparse_vectors ?? {});
  if (sparse.includes('')) throw wrongInput('Sparse vector name cannot be empty');
  const twice = sparse.find((name) => dense.includes(name));
  if (twice !== undefined) {
    throw wrongInput(`Dense and sparse vector names must be unique - duplicate found with '${twice}'`);
  }
  for (const name of dense) checkVectorName('dense', name);
  for (const name of sparse) checkVectorName('sparse', name);
}

function checkVectorName(kind: 'dense' | 'sparse', name: string): void {
  const refuse = (why: string) => wrongInput(`Invalid ${kind} vector name \`${name}\`${why}`);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX)
    throw refuse(`: must be at most ${NAME_BYTES_MAX} bytes long`);
  const found = FORBIDDEN.find((character) => name.includes(character));
  if (found !== undefined) throw refuse(`: cannot contain '${found}' char`);
  if (name === '.' || name === '..') throw refuse('');
}

/**
 * The settings with one more vector, or the same ones if it is there already.
 * @throws NEARIFY_WRONG_INPUT for a name that is taken by another vector, or that no vector can have
 */
export function withVector(
  settings: CollectionSettings,
  name: string,
  config: VectorNameConfig,
): CollectionSettings {
  const dense = denseVectors(settings);
  const sparse = settings.sparse_vectors ?? {};
  if ('dense' in config) {
    refuseOther(sparse, name, 'sparse');
    const params: VectorParams = given(config.dense);
    if (isThere(dense, name, params)) return settings;
    checkVectorName('dense', name);
    return { ...settings, vectors: { ...dense, [name]: params } };
  }
  refuseOther(dense, name, 'dense');
  const params = sparseParams(config.sparse);
  if (isThere(sparse, name, params)) return settings;
  if (name === '') throw wrongInput('Sparse vector name cannot be empty');
  checkVectorName('sparse', name);
  return { ...settings, sparse_vectors: { ...sparse, [name]: params } };
}

function refuseOther(others: object, name: string, kind: 'dense' | 'sparse'): void {
  if (Object.hasOwn(others, name)) throw wrongInput(`Vector ${name} already exists as a ${kind} vector`);
}

function isThere<T extends VectorParams | SparseVectorParams>(
  vectors: Readonly<Record<string, T>>,
  name: string,
  params: T,
): boolean {
  if (!Object.hasOwn(vectors, name)) return false;
  if (isSame(vectors[name]!, params)) return true;
  throw wrongInput(`Vector ${name} already exists with a different configuration`);
}

/** The settings without a vector; the same ones if there is none of that name. @throws NEARIFY_WRONG_INPUT */
export function withoutVector(settings: CollectionSettings, name: string): CollectionSettings {
  const { vectors, sparse_vectors: sparse } = settings;
  if (sparse && Object.hasOwn(sparse, name)) {
    return { ...settings, sparse_vectors: without(sparse, name) };
  }
  if (!vectors || !Object.hasOwn(denseVectors(settings), name)) return settings;
  if (isUnnamed(vectors)) {
    throw wrongInput('Cannot delete the unnamed vector when it is the only dense vector in the collection');
  }
  return { ...settings, vectors: without(vectors, name) };
}

function without<T>(map: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(map).filter(([key]) => key !== name));
}

function sparseParams({ modifier, datatype }: SparseVectorConfig): SparseVectorParams {
  return { ...(modifier && { modifier }), ...(datatype && { index: { datatype } }) };
}

/** What a vector was created with; settings of its index can be changed since. */
function isSame(stored: VectorParams | SparseVectorParams, asked: object): boolean {
  return JSON.stringify(essence(stored)) === JSON.stringify(essence(asked));
}

function essence(params: Partial<VectorParams & SparseVectorParams>) {
  const { size, distance, datatype, multivector_config: multi, modifier, index } = params;
  return {
    size: size === undefined ? undefined : Number(size),
    distance,
    datatype: datatype ?? 'float32',
    comparator: multi?.comparator,
    modifier: modifier ?? 'none',
    indexDatatype: index?.datatype ?? 'float32',
  };
}

/** Numbers for the vectors that there are now: those that stay keep theirs, new ones get new ones. */
export function renumberVectors(
  { ids, next }: VectorNumbers,
  names: readonly string[],
): { readonly vectorNumbers: VectorNumbers; readonly dropped: readonly number[] } {
  const kept = ids.filter(([name]) => names.includes(name));
  const added = names.filter((name) => !ids.some(([known]) => known === name));
  return {
    vectorNumbers: {
      ids: [...kept, ...added.map((name, i): readonly [string, number] => [name, next + i])],
      next: next + added.length,
    },
    dropped: ids.filter(([name]) => !names.includes(name)).map(([, id]) => id),
  };
}
