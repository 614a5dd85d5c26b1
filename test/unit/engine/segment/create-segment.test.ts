import assert from 'node:assert/strict';
import { test } from 'node:test';
import { configureSegment, createSegmentHandle } from '../../../../src/engine/segment/create-segment.ts';
import { initialVectorNumbers, vectorConfigs } from '../../../../src/engine/vectors/vector-config.ts';
import { SEGMENT_BYTES_MAX } from '../../../../src/kernels/memory-layout.ts';
import { TestCollection } from '../../../helpers/test-collection.ts';

for (const vectors of [
  { size: 4, distance: 'Dot', datatype: 'uint8' },
  { size: 64, distance: 'Manhattan', datatype: 'float16' },
  { size: 64, distance: 'Manhattan', on_disk: true },
  { size: 4, distance: 'Dot', on_disk: true },
  { size: 64, distance: 'Dot', on_disk: true },
] as const) {
  test(`points stay where they are after a start and under the same settings: ${JSON.stringify(vectors)}`, async (t) => {
    const created = await TestCollection.create(t, { vectors });
    created.upsert({ points: [{ id: 1, vector: Array.from({ length: vectors.size }, () => 1) }] });
    const [segment] = created.handle.segments;
    assert.equal(configureSegment(segment!, created.collection.vectors).isOutdated, false);
    const { handle } = await created.restart();
    assert.equal(handle.segments[0]!.isOutdated, false);
  });
}

for (const size of [16, 33, 130, 1536, 20_000]) {
  test(`the largest segment has as many rows as any quantization has codes for: ${size} numbers`, () => {
    for (const m of [2, 16]) {
      const params = { vectors: { size, distance: 'Dot', on_disk: true }, hnsw_config: { m } } as const;
      const configs = (quantization_config?: object) =>
        vectorConfigs(
          { ...params, ...(quantization_config && { quantization_config }) } as typeof params,
          numbers,
        );
      const numbers = initialVectorNumbers(params);
      const segment = createSegmentHandle({
        id: 1,
        configs: configs(),
        bytesMax: SEGMENT_BYTES_MAX,
        scratchCount: 4,
      });
      for (const quantization of [
        { turbo: { bits: 'bits8' } },
        { turbo: { bits: 'bits4' } },
        { scalar: { type: 'int8', quantile: 0.9 } },
        { product: { compression: 'x4' } },
      ]) {
        const { codes } = configureSegment(segment, configs(quantization));
        assert.equal(codes[0]!.layout.capacity, segment.layout.capacity);
      }
    }
  });
}
