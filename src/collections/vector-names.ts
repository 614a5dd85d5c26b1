import type { CreateCollection } from '../../schemas/collections.ts';
import type { VectorParams } from '../../schemas/vectors.ts';
import { wrongInput } from '../shared/errors.ts';

const NAME_BYTES_MAX = 200;
const FORBIDDEN = ['<', '>', ':', '"', '/', '\\', '|', '?', '*', '\0', '\u001f'];

/** The dense vectors and multivectors of a collection by name; the unnamed one has the name "". */
export function denseVectors({ vectors }: CreateCollection): Record<string, VectorParams> {
  if (vectors === undefined || vectors === null) return {};
  // A map may have a vector named `size`, but then its value is an object.
  return typeof vectors.size === 'object' || vectors.size === undefined
    ? (vectors as Record<string, VectorParams>)
    : { '': vectors as VectorParams };
}

/** @throws NEARIFY_WRONG_INPUT for names that a collection's vectors cannot have together */
export function checkVectorNames(params: CreateCollection): void {
  const dense = Object.keys(denseVectors(params));
  const sparse = Object.keys(params.sparse_vectors ?? {});
  if (sparse.includes('')) throw wrongInput('Sparse vector name cannot be empty');
  const twice = sparse.find((name) => dense.includes(name));
  if (twice !== undefined) {
    throw wrongInput(`Dense and sparse vector names must be unique - duplicate found with '${twice}'`);
  }
  for (const name of [...dense, ...sparse]) checkVectorName(name);
}

/** @throws NEARIFY_WRONG_INPUT for a name that no vector can have */
export function checkVectorName(name: string): void {
  const found = FORBIDDEN.find((character) => name.includes(character));
  if (found !== undefined) throw wrongInput(`vector name cannot contain ${JSON.stringify(found)} char`);
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) {
    throw wrongInput(`vector name cannot be longer than ${NAME_BYTES_MAX} bytes`);
  }
}
