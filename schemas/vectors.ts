/** Vectors as parameters of a collection and as values: dense, sparse, multivectors, texts to be embedded. */
import { Type, type Static, type TSchema } from 'typebox';
import { component, rule, unnamedRule, withFacts } from './component.ts';
import { QuantizationConfig } from './quantization.ts';
import { float32, nonZero, oneOf, opt, uint, uint32 } from './scalars.ts';
import { HnswConfigDiff } from './hnsw.ts';
import { Memory } from './memory.ts';
import { DocumentOptions } from './text.ts';

/** The most numbers a multivector may hold, all rows together. */
const MULTIVECTOR_LENGTH_MAX = 1_048_576;

export const Distance = component(
  'Distance',
  oneOf(['Cosine', 'Euclid', 'Dot', 'Manhattan'], { description: 'How vectors are compared.' }),
);
export type Distance = Static<typeof Distance>;

export const Datatype = component(
  'Datatype',
  oneOf(['float32', 'uint8', 'float16', 'turbo4', 'turbo8', 'turbo16'], {
    description: 'How a number of a vector is stored.',
  }),
);
export type Datatype = Static<typeof Datatype>;

export const MultiVectorComparator = component('MultiVectorComparator', oneOf(['max_sim']));
export type MultiVectorComparator = Static<typeof MultiVectorComparator>;

export const MultiVectorConfig = component(
  'MultiVectorConfig',
  Type.Object({ comparator: MultiVectorComparator }),
);
export type MultiVectorConfig = Static<typeof MultiVectorConfig>;

export const VectorParams = component(
  'VectorParams',
  rule(
    Type.Object({
      size: nonZero(uint({ minimum: 1, maximum: 65536, description: 'Numbers in a vector.' })),
      distance: Distance,
      hnsw_config: opt(HnswConfigDiff, { description: 'Overrides the settings of the collection.' }),
      quantization_config: opt(QuantizationConfig, {
        description: 'Overrides the settings of the collection.',
      }),
      on_disk: opt(Type.Boolean(), { deprecated: true, description: 'Use `memory` instead.' }),
      memory: opt(Memory),
      datatype: opt(Datatype),
      multivector_config: opt(MultiVectorConfig, {
        description: 'Makes every point hold a list of vectors under this name.',
      }),
    }),
    (params) =>
      params.memory === 'pinned'
        ? { at: 'memory', message: '`pinned` memory is not supported for dense vectors' }
        : undefined,
  ),
);
export type VectorParams = Static<typeof VectorParams>;

export const VectorsConfig = component(
  'VectorsConfig',
  Type.Union([VectorParams, Type.Record(Type.String(), VectorParams)], {
    description: 'One unnamed vector for each point, or several by name.',
  }),
);
export type VectorsConfig = Static<typeof VectorsConfig>;

export const Modifier = component('Modifier', oneOf(['none', 'idf']));
export type Modifier = Static<typeof Modifier>;

/** Those of a quantization are for dense vectors. */
function sparseDatatypeFault({ datatype }: { readonly datatype?: Datatype | null | undefined }) {
  if (!datatype?.startsWith('turbo')) return undefined;
  return { at: 'datatype', message: `sparse vectors do not support the \`${datatype}\` datatype` };
}

export const SparseIndexParams = component(
  'SparseIndexParams',
  rule(
    Type.Object({
      full_scan_threshold: opt(uint()),
      on_disk: opt(Type.Boolean(), { deprecated: true }),
      memory: opt(Memory),
      datatype: opt(Datatype),
    }),
    sparseDatatypeFault,
  ),
);
export type SparseIndexParams = Static<typeof SparseIndexParams>;

export const SparseVectorParams = component(
  'SparseVectorParams',
  Type.Object({ index: opt(SparseIndexParams), modifier: opt(Modifier) }),
);
export type SparseVectorParams = Static<typeof SparseVectorParams>;

export const VectorStorageDatatype = component(
  'VectorStorageDatatype',
  oneOf(['float32', 'float16', 'uint8', 'turbo4', 'turbo8', 'turbo16'], {
    description: 'How a number of a vector is stored.',
  }),
);
export type VectorStorageDatatype = Static<typeof VectorStorageDatatype>;

export const DenseVectorConfig = component(
  'DenseVectorConfig',
  Type.Object({
    size: nonZero(uint({ minimum: 1, maximum: 65536, description: 'Numbers in a vector.' })),
    distance: Distance,
    multivector_config: opt(MultiVectorConfig),
    datatype: opt(VectorStorageDatatype),
  }),
);
export type DenseVectorConfig = Static<typeof DenseVectorConfig>;

export const SparseVectorConfig = component(
  'SparseVectorConfig',
  rule(Type.Object({ modifier: opt(Modifier), datatype: opt(VectorStorageDatatype) }), sparseDatatypeFault),
);
export type SparseVectorConfig = Static<typeof SparseVectorConfig>;

export const DenseVectorNameConfig = component(
  'DenseVectorNameConfig',
  Type.Object({ dense: DenseVectorConfig }),
);
export const SparseVectorNameConfig = component(
  'SparseVectorNameConfig',
  Type.Object({ sparse: SparseVectorConfig }),
);
export const VectorNameConfig = component(
  'VectorNameConfig',
  withFacts(Type.Union([DenseVectorNameConfig, SparseVectorNameConfig]), { tellsInside: true }),
);
export type VectorNameConfig = Static<typeof VectorNameConfig>;

/** A list of numbers: plain, or float32 as the parser of the data plane reads them. */
export type Numbers = number[] | Float32Array;

/** A fresh schema for a list of numbers. */
function numbers() {
  return Type.Unsafe<Numbers>(Type.Array(float32()));
}

/** A fresh schema for a list of lists of numbers, which must be a proper multivector. */
function rows() {
  return rule(Type.Unsafe<Numbers[]>(Type.Array(Type.Array(float32()))), (value) => {
    const message = multivectorFault(value);
    return message === undefined ? undefined : { at: 'data', message };
  });
}

function multivectorFault(value: readonly Numbers[]): string | undefined {
  const length = value[0]?.length ?? 0;
  if (value.length === 0 || value.some((row) => row.length === 0)) return 'all vectors must be non-empty';
  const odd = value.find((row) => row.length !== length);
  if (odd !== undefined) {
    return `all vectors must have the same dimension, found vector with dimension ${odd.length}`;
  }
  if (length * value.length < MULTIVECTOR_LENGTH_MAX) return undefined;
  return `multivector must have fewer than ${MULTIVECTOR_LENGTH_MAX} numbers`;
}

/** A dense vector of a query. */
export const NumbersInput = numbers();
/** A multivector. */
export const RowsInput = rows();
/** A dense vector to store: an empty one is refused. */
export const StoredNumbers = rule(numbers(), (value) =>
  value.length > 0 ? undefined : { at: 'vector', message: 'dense vector must not be empty' },
);

function hasDuplicates(indices: readonly number[]): boolean {
  for (let i = 1; i < indices.length; i += 1) {
    // Ascending indices, the usual case, need no set.
    if (indices[i]! <= indices[i - 1]!) return new Set(indices).size !== indices.length;
  }
  return false;
}

export const SparseVector = component(
  'SparseVector',
  rule(
    rule(
      Type.Object(
        { indices: Type.Array(uint32()), values: numbers() },
        { description: 'A vector of which only the given positions are not 0.' },
      ),
      ({ indices }) =>
        hasDuplicates(indices) ? { at: 'indices', message: unnamedRule('must be unique') } : undefined,
    ),
    ({ indices, values }) =>
      indices.length === values.length
        ? undefined
        : { at: 'values', message: unnamedRule('must be the same length as indices') },
  ),
);
export type SparseVector = Static<typeof SparseVector>;

const modelName = () => Type.String({ minLength: 1, description: 'Name of the embedding model.' });
const anything = () => Type.Unknown();
const inferenceOptions = () =>
  opt(Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }));

export const Document = component(
  'Document',
  Type.Object(
    { text: Type.String(), model: modelName(), options: opt(DocumentOptions) },
    { description: 'A text that becomes a vector by a model.' },
  ),
);
export type Document = Static<typeof Document>;

export const Image = component(
  'Image',
  Type.Object({ image: anything(), model: modelName(), options: inferenceOptions() }),
);
export type Image = Static<typeof Image>;

export const InferenceObject = component(
  'InferenceObject',
  Type.Object({ object: anything(), model: modelName(), options: inferenceOptions() }),
);
export type InferenceObject = Static<typeof InferenceObject>;

/** One vector of a point under its name. */
export const Vector = component(
  'Vector',
  Type.Union([StoredNumbers, SparseVector, RowsInput, Document, Image, InferenceObject]),
);
export type Vector = Static<typeof Vector>;

export const VectorStruct = component(
  'VectorStruct',
  Type.Union(
    [StoredNumbers, RowsInput, Type.Record(Type.String(), Vector), Document, Image, InferenceObject],
    {
      description: 'The unnamed vector of a point, or its vectors by name.',
    },
  ),
);
export type VectorStruct = Static<typeof VectorStruct>;

/** Batches are lists of one kind of vector. */
const list = <T extends TSchema>(items: T) => Type.Array(items);

export const BatchVectorStruct = component(
  'BatchVectorStruct',
  Type.Union([
    list(StoredNumbers),
    list(RowsInput),
    Type.Record(Type.String(), list(Vector)),
    list(Document),
    list(Image),
    list(InferenceObject),
  ]),
);
export type BatchVectorStruct = Static<typeof BatchVectorStruct>;

export const VectorOutput = component('VectorOutput', Type.Union([NumbersInput, SparseVector, RowsInput]));
export type VectorOutput = Static<typeof VectorOutput>;

export const VectorStructOutput = component(
  'VectorStructOutput',
  Type.Union([NumbersInput, RowsInput, Type.Record(Type.String(), VectorOutput)]),
);
export type VectorStructOutput = Static<typeof VectorStructOutput>;
