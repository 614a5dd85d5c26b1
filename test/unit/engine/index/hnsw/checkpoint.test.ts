import assert from 'node:assert/strict';
import { openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { checkpointViews, restoreCheckpoint } from '../../../../../src/engine/index/hnsw/checkpoint.ts';
import type { GraphHandle } from '../../../../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../../../../src/engine/index/hnsw/validate.ts';
import { blockCount, finishFile, writeBlock } from '../../../../../src/storage/block-file.ts';
import { tempDir } from '../../../../helpers/temp-dir.ts';
import { attachGraph, createGraphMemory, linkAll, writeRows } from '../../../../recall/graph-memory.ts';

const DIM = 24;
const ROWS = 1500;
const vectors = Array.from({ length: ROWS }, (_, row) =>
  Float32Array.from({ length: DIM }, (__, i) => Math.sin(row * 37 + i * (1 + (row % 7)))),
);

/** Rows in a memory of their own, not linked yet. */
function unlinked(options: { capacity?: number; m?: number } = {}): GraphHandle {
  const memory = createGraphMemory({ metric: 'Cosine', dim: DIM, capacity: ROWS, m: 8, ...options });
  const handle = attachGraph(memory);
  writeRows(memory, handle, vectors);
  return handle;
}

function checkpointed(t: TestContext): { file: string; summary: ReturnType<typeof assertValidGraph> } {
  const handle = unlinked();
  linkAll(handle, ROWS);
  const file = path.join(tempDir(t), 'graph');
  const views = checkpointViews(handle);
  for (let block = 0; block < blockCount(views); block++) writeBlock(file, views, block);
  finishFile(file);
  return { file, summary: assertValidGraph(handle) };
}

test('a checkpoint brings back the same graph, also where the memory is laid out otherwise', (t) => {
  const { file, summary } = checkpointed(t);
  for (const capacity of [ROWS, ROWS + 1000]) {
    const handle = unlinked({ capacity });
    assert.equal(restoreCheckpoint(handle, file, ROWS), ROWS);
    assert.deepEqual(assertValidGraph(handle), summary);
  }
});

test('rows that came after the checkpoint are linked to what it held', (t) => {
  const { file } = checkpointed(t);
  const memory = createGraphMemory({ metric: 'Cosine', dim: DIM, capacity: ROWS + 500, m: 8 });
  const handle = attachGraph(memory);
  writeRows(memory, handle, [...vectors, ...vectors.slice(0, 500)]);
  assert.equal(restoreCheckpoint(handle, file, ROWS + 500), ROWS);
  linkAll(handle, ROWS + 500);
  assert.equal(assertValidGraph(handle).nodeCount, ROWS + 500);
});

test('a damaged, short, missing or foreign file leaves an empty graph that can be built', (t) => {
  const { file } = checkpointed(t);
  const whole = readFileSync(file);
  const damages: Record<string, () => void> = {
    'a byte in the codes': () => writeSync(openSync(file, 'r+'), Buffer.of(whole[5000]! ^ 1), 0, 1, 5000),
    'the last block cut off': () => writeFileSync(file, whole.subarray(0, -100)),
    'only a head': () => writeFileSync(file, whole.subarray(0, 256)),
    'an empty file': () => writeFileSync(file, ''),
    noise: () => writeFileSync(file, Buffer.alloc(4096, 0xa7)),
  };
  for (const [name, damage] of Object.entries(damages)) {
    writeFileSync(file, whole);
    damage();
    const handle = unlinked();
    assert.equal(restoreCheckpoint(handle, file, ROWS), 0, name);
    linkAll(handle, ROWS);
    assert.equal(assertValidGraph(handle).nodeCount, ROWS, name);
  }
  writeFileSync(file, whole);
  assert.equal(restoreCheckpoint(unlinked({ m: 6 }), file, ROWS), 0, 'another m');
  assert.equal(restoreCheckpoint(unlinked(), file, ROWS - 1), 0, 'fewer rows than it links');
  assert.equal(restoreCheckpoint(unlinked(), `${file}-nowhere`, ROWS), 0, 'missing');
});
