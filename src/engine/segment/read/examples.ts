import type { LookupLocation, VectorInput } from '../../../../schemas/query.ts';
import { badRequest, notFound, wrongInput } from '../../../shared/errors.ts';
import { parsePointId, type PointId, pointIdJson } from '../../../shared/ids.ts';
import type { VectorConfig } from '../../vectors/vector-config.ts';
import { type DenseValue, readVector, type VectorValue } from '../../vectors/vector-value.ts';
import { type Collection, locate } from '../collection.ts';
import { embedded, isInference } from '../inference.ts';
import type { Example } from './scorer.ts';

/** Finds a collection of the server by its name. */
export type FindCollection = (name: string) => Collection | undefined;

/** @throws NEARIFY_WRONG_INPUT if the collection has no vector of that name */
export function vectorNamed(collection: Collection, name: string): VectorConfig {
  const config = collection.vectors.find((vector) => vector.name === name);
  if (config === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
  return config;
}

/** Where the vectors of ids are taken from. */
interface Source {
  readonly collection: Collection;
  readonly vectorName: string;
  /** Ids of it are ids of the collection that is searched. */
  readonly isSearched: boolean;
}

/** Turns the vectors and ids of one level of a request into examples to compare with. */
export class Examples {
  readonly #source: Source;
  readonly #config: VectorConfig;
  readonly #mentioned: Set<PointId>;

  /**
   * `config`: the vectors that the examples are compared with. Ids of points of the searched collection are added to
   * `mentioned`. @throws NEARIFY_WRONG_INPUT if the source has no such vector
   */
  constructor(source: Source, config: VectorConfig, mentioned: Set<PointId>) {
    vectorNamed(source.collection, source.vectorName);
    this.#source = source;
    this.#config = config;
    this.#mentioned = mentioned;
    source.collection.env.refresh();
  }

  /** @throws NEARIFY_NOT_FOUND for a point that is not there or lacks the vector */
  example(input: VectorInput): Example {
    const id = parsePointId(input);
    const value = id === undefined ? this.#given(input) : this.#vectorOf(id);
    return { config: this.#config, value };
  }

  examples(inputs: readonly VectorInput[] | null | undefined): Example[] {
    return (inputs ?? []).map((input) => this.example(input));
  }

  #given(input: VectorInput): VectorValue {
    if (isVector(input) || isInference(input)) return readVector(this.#config, embedded(input, 'query'));
    throw badRequest('this kind of query is not supported by this version');
  }

  #vectorOf(id: PointId): VectorValue {
    const { collection, vectorName, isSearched } = this.#source;
    if (isSearched) this.#mentioned.add(id);
    const at = locate(collection, id);
    if (at === undefined) throw notFound(`No point with id ${pointIdJson(id).replaceAll('"', '')} found`);
    const value = at.segment.valueOf(vectorName, at.offset);
    if (value === undefined) throw notFound(`Vector with name "${vectorName}" for point not found`);
    return fitting(value, this.#config);
  }
}

/** A stored vector, perhaps of another collection, if it can be compared with those of the config. @throws NEARIFY_WRONG_INPUT */
function fitting(value: VectorValue, config: VectorConfig): VectorValue {
  if (value.kind === 'sparse' || config.kind === 'sparse') {
    if (value.kind === config.kind) return value;
    throw wrongInput('Conversion between sparse and regular vectors failed');
  }
  if (value.kind === 'multi' && config.kind === 'dense') {
    throw wrongInput('Conversion between multi and regular vectors failed');
  }
  const dim = value.kind === 'dense' ? value.values.length : value.dim;
  if (dim !== config.dim) throw wrongInput(`Vector dimension error: expected dim: ${config.dim}, got ${dim}`);
  // A single vector is the one row of a multivector.
  return value.kind === config.kind ? value : readVector(config, (value as DenseValue).values);
}

function isVector(input: VectorInput): boolean {
  return (
    Array.isArray(input) || input instanceof Float32Array || (typeof input === 'object' && 'indices' in input)
  );
}

/**
 * Where a level of a request takes the vectors of ids from: from the collection that is searched, if it names no other.
 * @throws NEARIFY_NOT_FOUND if there is no collection of the name, whether it is needed or not
 */
export function exampleSource(
  searched: Collection,
  using: string,
  lookup: LookupLocation | null | undefined,
  find: FindCollection,
): Source {
  if (!lookup) return { collection: searched, vectorName: using, isSearched: true };
  const collection = find(lookup.collection);
  if (collection === undefined) throw notFound(`Collection ${lookup.collection} not found`);
  return { collection, vectorName: lookup.vector ?? using, isSearched: collection.name === searched.name };
}
