import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { attachKernels } from '../../src/kernels/loader.ts';
import { METRIC, segmentLayout } from '../../src/kernels/memory-layout.ts';
import { module, prng, readHeap, writeFloats } from './support.ts';

const SIMD_PREFIX = 0xfd;
/** Opcodes after the prefix, as unsigned LEB128: f32x4.sub, f32x4.div, f32x4.relaxed_madd. */
const F32X4_OPERATIONS = [
  [0xe5, 0x01],
  [0xe7, 0x01],
  [0x85, 0x02],
];

test('the module really contains f32x4 operations', () => {
  const bytes = readFileSync(new URL('../../src/kernels/kernels.wasm', import.meta.url));
  for (const operation of F32X4_OPERATIONS) {
    assert.ok(bytes.includes(Buffer.of(SIMD_PREFIX, ...operation)), `no operation ${operation}`);
  }
});

test('the module imports nothing but a memory and exports only functions', () => {
  const imports = WebAssembly.Module.imports(module);
  assert.deepEqual(imports, [{ module: 'env', name: 'memory', kind: 'memory' }]);
  const kinds = new Set(WebAssembly.Module.exports(module).map(({ kind }) => kind));
  assert.deepEqual([...kinds], ['function']);
});

/** Scans one half of the rows with the worker's own instance over the shared memory, then posts the heap's length. */
const SCANNER = `
const { parentPort, workerData } = require('node:worker_threads');
const { memory, module, args } = workerData;
const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports;
parentPort.postMessage(kernels.scanTopK(...args));
`;

test('two threads scan one memory with their own scratch and find what one thread finds', async () => {
  const dim = 24;
  const rows = 5000;
  const k = 20;
  const layout = segmentLayout({ vectors: [{ name: '', dim }], capacity: rows, scratchCount: 3 });
  const memory = new WebAssembly.Memory({ initial: layout.pages, maximum: layout.pages, shared: true });
  const kernels = attachKernels(memory, module);
  const view = new DataView(memory.buffer);
  const random = prng(3);
  const [vector] = layout.vectors;
  assert.ok(vector);
  for (let i = 0; i < rows; i++) {
    writeFloats(
      view,
      vector.rows + i * vector.strideBytes,
      Array.from({ length: dim }, () => random() - 0.5),
    );
  }
  const query = Array.from({ length: dim }, () => random() - 0.5);
  const scanArgs = (scratch: number, from: number, to: number): Parameters<typeof kernels.scanTopK> => {
    const area = layout.scratch[scratch];
    assert.ok(area);
    writeFloats(view, area.query, query);
    const { rows: start, strideBytes } = vector;
    return [
      METRIC.Dot,
      start,
      strideBytes,
      dim,
      from,
      to,
      layout.tombstones,
      0,
      0,
      area.query,
      area.heap,
      0,
      k,
    ];
  };
  const scan = (args: unknown): Promise<number> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(SCANNER, { eval: true, workerData: { memory, module, args } });
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  const lengths = await Promise.all([scan(scanArgs(0, 0, 2500)), scan(scanArgs(1, 2500, rows))]);
  const halves = lengths.flatMap((length, i) => readHeap(view, layout.scratch[i]?.heap ?? 0, length));
  halves.sort((a, b) => b.score - a.score || a.offset - b.offset);
  const all = kernels.scanTopK(...scanArgs(2, 0, rows));
  const heap = layout.scratch[2]?.heap ?? 0;
  kernels.heapSort(heap, all);
  assert.deepEqual(halves.slice(0, k), readHeap(view, heap, all));
});
