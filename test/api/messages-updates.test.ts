/** Updates that are refused: the messages of Qdrant, word for word. */
import { refusals } from '../helpers/refusals.ts';

await refusals([
  [
    'PUT',
    '/collections/c/index?wait=true',
    { field_name: 'k' },
    "400 Bad request: Can't auto-detect field type, please specify `field_schema` in the request",
  ],
  [
    'PUT',
    '/collections/c/index',
    { field_name: 'k', field_schema: { type: 'integer', lookup: false, range: false } },
    "422 Validation error in JSON body: [field_schema.lookup: Validation error: the 'lookup' and 'range' capabilities can't be both disabled [{}]]",
  ],
  [
    'PUT',
    '/collections/c/index',
    { field_name: 'a..b', field_schema: 'keyword' },
    "400 Format error in JSON body: Invalid json path: 'a..b'",
  ],
  [
    'PUT',
    '/collections/n/vectors/big',
    { dense: { size: 0, distance: 'Dot' } },
    '400 Format error in JSON body: invalid value: integer `0`, expected a nonzero usize',
  ],
  [
    'PUT',
    '/collections/n/vectors/big',
    { dense: { size: 65537, distance: 'Dot' } },
    '422 Validation error in JSON body: [dense.size: value 65537 invalid, must be from 1 to 65536]',
  ],
  [
    'PUT',
    '/collections/n/vectors/a%2Fb',
    { dense: { size: 1, distance: 'Dot' } },
    "400 Wrong input: Invalid dense vector name `a/b`: cannot contain '/' char",
  ],
  [
    'PUT',
    '/collections/n/vectors/s2',
    { sparse: { datatype: 'turbo4' } },
    '422 Validation error in JSON body: [sparse.datatype: sparse vectors do not support the `turbo4` datatype]',
  ],
  ['PUT', '/collections/c/points', { points: [] }, '400 Bad request: Empty update request'],
  [
    'PUT',
    '/collections/c/points?wait=maybe',
    { points: [] },
    '400 Deserialize error in query parameters: invalid type: string "maybe", expected a boolean',
  ],
  [
    'PUT',
    '/collections/c/points',
    { points: [{ id: 1, vector: [1, 2, 3] }] },
    '400 Wrong input: Vector dimension error: expected dim: 2, got 3',
  ],
  [
    'PUT',
    '/collections/c/points',
    { points: [{ id: 1, vector: [] }] },
    '422 Validation error in JSON body: [points[0].vector.vector: dense vector must not be empty]',
  ],
  [
    'PUT',
    '/collections/c/points',
    { points: [{ id: 1 }] },
    '400 Format error in JSON body: missing field `vector`',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { x: [1, 2] } }] },
    '400 Wrong input: Not existing vector name error: x',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { a: [1] } }] },
    '400 Wrong input: Vector dimension error: expected dim: 2, got 1',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { a: { indices: [1], values: [1] } } }] },
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  ],
  [
    'PUT',
    '/collections/n/points',
    {
      points: [
        {
          id: 1,
          vector: {
            a: [
              [1, 2],
              [1, 2],
            ],
          },
        },
      ],
    },
    '400 Wrong input: Conversion between multi and regular vectors failed',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { s: [1, 2] } }] },
    '400 Wrong input: Conversion between sparse and regular vectors failed',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { s: { indices: [1, 1], values: [1, 2] } } }] },
    '422 Validation error in JSON body: [points[0].vector.?.indices: Validation error: must be unique [{}]]',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { s: { indices: [1], values: [1, 2] } } }] },
    '422 Validation error in JSON body: [points[0].vector.?.values: Validation error: must be the same length as indices [{}]]',
  ],
  [
    'PUT',
    '/collections/n/points',
    {
      points: [
        {
          id: 1,
          vector: {
            m: [
              [1, 2],
              [1, 2, 3],
            ],
          },
        },
      ],
    },
    '422 Validation error in JSON body: [points[0].vector.?.data: all vectors must have the same dimension, found vector with dimension 3]',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { m: [] } }] },
    '422 Validation error in JSON body: [points[0].vector.?.vector: dense vector must not be empty]',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { m: [[1, 2], []] } }] },
    '422 Validation error in JSON body: [points[0].vector.?.data: all vectors must be non-empty]',
  ],
  [
    'PUT',
    '/collections/c/points',
    { batch: { ids: [1, 2], vectors: [[1, 2]] } },
    '422 Validation error in JSON body: [batch.batch: number of ids and vectors must be equal (2 != 1)]',
  ],
  [
    'PUT',
    '/collections/c/points',
    { batch: { ids: [1], vectors: [[1, 2]], payloads: [{}, {}] } },
    '422 Validation error in JSON body: [batch.batch: number of ids and payloads must be equal (1 != 2)]',
  ],
  [
    'PUT',
    '/collections/c/points',
    { points: [{ id: 1, vector: { text: 'a', model: 'other' } }] },
    '500 Service internal error: InferenceService is not initialized. Please check if it was properly configured and initialized during startup.',
  ],
  [
    'PUT',
    '/collections/n/points',
    { points: [{ id: 1, vector: { s: { image: 'a', model: 'bm25' } } }] },
    '400 Wrong input: Only text input is supported for qdrant/bm25.',
  ],
  [
    'POST',
    '/collections/c/points/delete',
    {},
    '400 Format error in JSON body: data did not match any variant of untagged enum PointsSelector',
  ],
  ['POST', '/collections/c/points/delete', { points: [] }, '400 Bad request: Empty update request'],
  [
    'PUT',
    '/collections/c/points/vectors',
    { points: [] },
    '422 Validation error in JSON body: [points: must specify points to update]',
  ],
  [
    'PUT',
    '/collections/c/points/vectors?wait=true',
    { points: [{ id: 77, vector: [1, 2] }] },
    '404 Not found: No point with id 77 found',
  ],
  [
    'PUT',
    '/collections/c/points/vectors',
    { points: [{ id: 1, vector: {} }] },
    '422 Validation error in JSON body: [points[0].vector: must specify vectors to update for point]',
  ],
  [
    'POST',
    '/collections/c/points/vectors/delete',
    { vector: [''] },
    '400 Bad request: No filter or points provided',
  ],
  [
    'POST',
    '/collections/c/points/vectors/delete',
    { points: [1], vector: ['zz'] },
    '400 Wrong input: Not existing vector name error: zz',
  ],
  [
    'POST',
    '/collections/c/points/vectors/delete',
    { points: [1], vector: [] },
    '422 Validation error in JSON body: [vector: must specify vector names to delete]',
  ],
  [
    'POST',
    '/collections/c/points/vectors/delete?wait=true',
    { points: [77], vector: [''] },
    '404 Not found: No point with id 77 found',
  ],
  [
    'POST',
    '/collections/c/points/payload',
    { payload: {} },
    '400 Format error in JSON body: Either list of point ids or filter must be provided',
  ],
  [
    'POST',
    '/collections/c/points/payload',
    { payload: {}, points: [] },
    '400 Bad request: Empty update request',
  ],
  [
    'POST',
    '/collections/c/points/payload?wait=true',
    { payload: {}, points: [77] },
    '404 Not found: No point with id 77 found',
  ],
  [
    'PUT',
    '/collections/c/points/payload?wait=true',
    { payload: {}, points: [77] },
    '404 Not found: No point with id 77 found',
  ],
  [
    'POST',
    '/collections/c/points/payload/delete?wait=true',
    { keys: ['a'], points: [77] },
    '404 Not found: No point with id 77 found',
  ],
  [
    'POST',
    '/collections/c/points/payload/clear?wait=true',
    { points: [77] },
    '404 Not found: No point with id 77 found',
  ],
  [
    'POST',
    '/collections/c/points/payload',
    { payload: {}, key: 'a..b', points: [1] },
    "400 Format error in JSON body: Invalid json path: 'a..b'",
  ],
  [
    'PUT',
    '/collections/c/points/payload',
    { payload: {} },
    '400 Format error in JSON body: Either list of point ids or filter must be provided',
  ],
  [
    'POST',
    '/collections/c/points/payload/delete',
    { keys: ['a'] },
    '400 Format error in JSON body: Either list of point ids or filter must be provided',
  ],
  [
    'PUT',
    '/collections/c/points',
    { points: [{ id: 1, vector: [1, 2] }], shard_key: 'zz' },
    '400 Wrong input: Shard key "zz" not found',
  ],
  [
    'POST',
    '/collections/c/points/batch',
    { operations: [{ upsert: { points: [{ id: 1, vector: [1, 2, 3] }] } }] },
    '400 Wrong input: Vector dimension error: expected dim: 2, got 3',
  ],
  [
    'POST',
    '/collections/c/points/batch',
    { operations: [{ zz: 1 }] },
    '400 Format error in JSON body: data did not match any variant of untagged enum UpdateOperation',
  ],
]);
