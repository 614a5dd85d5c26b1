import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { SearchRing } from '../../../src/dispatch/search-ring.ts';
import { SCRATCH_HEAP_MAX } from '../../../src/kernels/memory-layout.ts';
import type { DataRequest, ReadTask } from '../../../src/protocol/tasks.ts';
import { LeavingClient } from '../../helpers/leaving-client.ts';
import { type RecordingLog, recordingLog } from '../../helpers/recording-log.ts';
import { type Body, bytesOf, DEFAULT_SIZING, TestCollection } from '../../helpers/test-collection.ts';

const PARAMS = { vectors: { size: 2, distance: 'Dot' }, hnsw_config: { m: 0 } } as const;

/** A collection that this thread writes and a search thread reads. */
class Harness {
  readonly collection: TestCollection;
  readonly logged: RecordingLog = recordingLog();
  readonly #ring: SearchRing;

  private constructor(t: TestContext, collection: TestCollection) {
    this.collection = collection;
    this.#ring = new SearchRing({
      shape: { slotCount: 4, slotBytes: 1024, threadCount: 1 },
      threadEntry: new URL('../../../src/worker/search-thread.ts', import.meta.url),
      timeoutMs: 60_000,
      log: this.logged.log,
    });
    t.after(() => this.#ring.close());
  }

  static async create(t: TestContext, sizing = DEFAULT_SIZING): Promise<Harness> {
    const collection = await TestCollection.create(t, PARAMS, sizing);
    collection.upsert({ points: [1, 2, 3].map((id) => ({ id, vector: [id, 0.5], payload: { id } })) });
    return new Harness(t, collection);
  }

  /** The status and the text of the answer, without the time that it took. */
  async ask(task: ReadTask, body: Body = {}, request: Partial<DataRequest> = {}): Promise<[number, string]> {
    const { handle } = this.collection;
    const reply = await this.#ring.submit(task, handle, { args: {}, ...request, body: bytesOf(body) });
    const text = Buffer.from(reply.body).toString();
    assert.ok(Number(JSON.parse(text).time) >= 0);
    return [reply.status, text.replace(/,"time":[\d.e-]+\}$/, '}')];
  }

  async count(): Promise<number> {
    const [, text] = await this.ask('count');
    return JSON.parse(text).result.count;
  }

  /** Tells the thread of what became of the collection; a request does so too, if it is made with that handle. */
  announce(): void {
    this.#ring.publish(this.collection.handle);
  }
}

test('answers come in the envelope of a success', async (t) => {
  const harness = await Harness.create(t);
  assert.deepEqual(await harness.ask('query', { query: [1, 0], limit: 1 }), [
    200,
    '{"result":{"points":[{"id":3,"version":1,"score":3.0}]},"status":"ok"}',
  ]);
  assert.deepEqual(await harness.ask('get_point', '', { args: { id: '2' } }), [
    200,
    '{"result":{"id":2,"payload":{"id":2},"vector":[2.0,0.5]},"status":"ok"}',
  ]);
  assert.deepEqual(
    await harness.ask('query_batch', { searches: [{ limit: 0.5 }] }).then(([status]) => status),
    400,
  );
});

test('refusals come in the envelope of an error; those before any work took no time', async (t) => {
  const harness = await Harness.create(t);
  assert.deepEqual(await harness.ask('get_point', '', { args: { id: '9' } }), [
    404,
    '{"status":{"error":"Not found: Point with id 9 does not exists!"}}',
  ]);
  assert.deepEqual(await harness.ask('query', '{"limit":0}'), [
    422,
    '{"status":{"error":"Validation error in JSON body: [internal.limit: value 0 invalid, must be 1 or larger]"}}',
  ]);
  assert.deepEqual(await harness.ask('count', '{'), [
    400,
    '{"status":{"error":"Format error in JSON body: EOF while parsing an object at line 1 column 1"}}',
  ]);
  assert.deepEqual(harness.logged.lines, []);
});

test('bodies and answers that no slot holds', async (t) => {
  const harness = await Harness.create(t);
  const long = 'x'.repeat(100_000);
  harness.collection.upsert({ points: [{ id: 9, vector: [9, 9], payload: { long } }] });
  const [status, text] = await harness.ask('scroll', { offset: 9, ignored: long });
  assert.equal(status, 200);
  assert.equal(JSON.parse(text).result.points[0].payload.long, long);
});

test('what was written before a request is seen by it, whatever the task', async (t) => {
  const harness = await Harness.create(t);
  for (let id = 10; id < 20; id++) {
    harness.collection.upsert({ points: [{ id, vector: [id, 0], payload: { at: id } }] });
    assert.equal(await harness.count(), id - 6);
    const [, found] = await harness.ask('query', { query: [1, 0], limit: 1 });
    assert.equal(JSON.parse(found).result.points[0].id, id);
    const [, listed] = await harness.ask('query', {
      limit: 1,
      filter: { must: [{ key: 'at', match: { value: id } }] },
    });
    assert.equal(JSON.parse(listed).result.points[0].id, id);
    const [, scrolled] = await harness.ask('scroll', { offset: id });
    assert.equal(JSON.parse(scrolled).result.points[0].id, id);
    const [, retrieved] = await harness.ask('retrieve', { ids: [id] });
    assert.equal(JSON.parse(retrieved).result[0].id, id);
  }
});

test('a read waits to be told of a segment that points have moved to', async (t) => {
  const sizing = { bytesMax: 2 * 16 * SCRATCH_HEAP_MAX + 131_072, scratchCount: 2 };
  const harness = await Harness.create(t, sizing);
  const { collection } = harness;
  const upsert = (ids: readonly number[]) =>
    collection.upsert({ batch: { ids, vectors: ids.map((id) => [id, 1]) } });
  const capacity = collection.collection.segments[0]!.capacity;
  upsert(Array.from({ length: capacity - 3 }, (_, id) => id));
  const points = await harness.count();
  const before = collection.handle;
  upsert([0, 1, 2, 3]);
  const { handle } = collection;
  assert.equal(handle.segments.length, before.segments.length + 1);

  collection.handle = before;
  const counts = harness.count();
  const isTold = Promise.withResolvers<string>();
  setTimeout(isTold.resolve, 50, 'still waiting');
  assert.equal(await Promise.race([counts, isTold.promise]), 'still waiting');
  collection.handle = handle;
  harness.announce();
  assert.equal(await counts, points);
});

test('a request past its deadline, and one whose client has gone', async (t) => {
  const harness = await Harness.create(t);
  const [late, lateText] = await harness.ask('count', {}, { timeoutMs: -2000 });
  assert.equal(late, 408);
  assert.match(lateText, /"Timeout: Timeout error: Operation 'Search' timed out after \d+s"/);
  const [gone] = await harness.ask('count', {}, { client: LeavingClient.gone() });
  assert.equal(gone, 408);
});

test('a fault of ours tells the client nothing and the log everything', async (t) => {
  const harness = await Harness.create(t);
  // No collection has such a place in memory, so the thread fails to attach to it.
  const [segment] = harness.collection.handle.segments;
  const broken = { ...segment!, layout: { ...segment!.layout, header: 4096 } };
  harness.collection.handle = { ...harness.collection.handle, generation: 9, segments: [broken] };
  assert.deepEqual(await harness.ask('count'), [
    500,
    `{"status":{"error":"Service internal error: unexpected failure, see the server's log"}}`,
  ]);
  const line = await harness.logged.until(({ msg }) => msg === 'a request failed on a search thread');
  assert.equal(line.task, 'count');
  assert.match(String(line.stack), /assertion failed: the memory holds a segment/);
});

test('a thread that waits for work does not make the files grow', async (t) => {
  const harness = await Harness.create(t);
  const file = path.join(harness.collection.handle.directory, 'data.mdb');
  const bulk = 'x'.repeat(20_000);
  const points = Array.from({ length: 20 }, (_, id) => ({ id, vector: [1, 1], payload: { bulk } }));
  // Two generations of the payloads are kept: one to show, and one that readers may still look at.
  for (let round = 0; round < 4; round++) harness.collection.upsert({ points });
  assert.deepEqual(await harness.ask('scroll', { limit: 1 }).then(([status]) => status), 200);
  const before = statSync(file).size;
  for (let round = 0; round < 20; round++) harness.collection.upsert({ points });
  assert.ok(statSync(file).size < 2 * before, `${before} bytes became ${statSync(file).size}`);
});
