import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Column, createColumn } from '../../../src/engine/payload/fields/column.ts';
import { loadKernelModule } from '../../../src/kernels/loader.ts';
import { payloadSchema } from '../../../src/protocol/index-counts.ts';

test('points of all columns together, read from the word that the kernels own', () => {
  const module = loadKernelModule();
  const columns = [3, 4].map((points, segmentId) => {
    const handle = createColumn(segmentId, { cell: 'code', capacity: 10, scratchCount: 1 });
    new Column(handle, module, 0).setWord('pointCount', points);
    return handle;
  });
  const params = { type: 'keyword', is_tenant: true } as const;
  const collection = {
    id: 1,
    name: 'c',
    generation: 0,
    directory: '/nowhere',
    params: {},
    vectorNumbers: { ids: [], next: 1 },
    segments: [],
    indexes: [
      { id: 1, key: 'k', schema: params, isComplete: true, columns },
      { id: 2, key: 'n', schema: 'integer', isComplete: false, columns: [] },
    ],
  } as const;
  assert.deepEqual(payloadSchema(collection), {
    k: { data_type: 'keyword', params, points: 7 },
    n: { data_type: 'integer', points: 0 },
  });
});
