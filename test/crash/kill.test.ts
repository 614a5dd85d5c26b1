/** SIGKILL at random moments of uploads: what a server has acknowledged is there after every restart, and nothing is torn. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { resultOf } from '../helpers/http.ts';
import { runs } from '../helpers/property-runs.ts';
import { Random } from '../helpers/random.ts';
import { startServer, type TestServer } from '../helpers/server.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { bodyOf, type StoredPoint, WriterRecord } from './acknowledged-points.ts';

const WRITERS = 3;
const ACKNOWLEDGED_BEFORE_KILL_MAX = 25;
const KILL_DELAY_MS_MAX = 25;
/** Small ones, so that kills also meet the opening of a new segment. */
const SEGMENT_BYTES = 2 * 1024 * 1024;

/** Collections that come and go while points are written: `c0`, `c1`, … each with one point, the older ones deleted. */
class CollectionRecord {
  readonly #existing = new Set<string>();
  #pending: { readonly name: string; readonly exists: boolean } | undefined;
  #next = 0;

  /** Creates one more collection and deletes an old one, as far as the server lives. */
  async turn(url: string): Promise<void> {
    const name = `c${this.#next++}`;
    const vectors = { size: 1, distance: 'Dot' };
    this.#pending = { name, exists: true };
    await resultOf({ url, method: 'PUT', path: `/collections/${name}`, body: { vectors } });
    this.#settle();
    const points = [{ id: 1, vector: [this.#next] }];
    await resultOf({ url, method: 'PUT', path: `/collections/${name}/points?wait=true`, body: { points } });
    const [oldest] = this.#existing;
    if (this.#existing.size <= 2 || oldest === undefined) return;
    this.#pending = { name: oldest, exists: false };
    await resultOf({ url, method: 'DELETE', path: `/collections/${oldest}` });
    this.#settle();
  }

  check(names: readonly string[]): void {
    if (this.#pending !== undefined && names.includes(this.#pending.name) === this.#pending.exists)
      this.#settle();
    this.#pending = undefined;
    assert.deepEqual(names.toSorted(), [...this.#existing].toSorted(), 'collections');
  }

  #settle(): void {
    const { name, exists } = this.#pending!;
    if (exists) this.#existing.add(name);
    else this.#existing.delete(name);
    this.#pending = undefined;
  }
}

class Uploads {
  readonly random: Random;
  readonly writers = Array.from({ length: WRITERS }, (_, i) => new WriterRecord(i));
  readonly collections = new CollectionRecord();
  acknowledged = 0;
  #version = 0;

  constructor(random: Random) {
    this.random = random;
  }

  /** Writes until the server is gone; calls `onAcknowledged` after each write. */
  async run(url: string, onAcknowledged: () => void): Promise<void> {
    const loop = async (step: () => Promise<void>) => {
      for (;;) {
        try {
          await step();
        } catch (error) {
          // What fetch throws when the connection breaks; all else is a failure of the test.
          if (error instanceof TypeError) return;
          throw error;
        }
        onAcknowledged();
      }
    };
    const loops = this.writers.map((writer) => loop(() => this.#write(url, writer)));
    await Promise.all([...loops, loop(() => this.collections.turn(url))]);
  }

  async #write(url: string, writer: WriterRecord): Promise<void> {
    this.#version += 1;
    const write = writer.begin(this.random, this.#version);
    const wait = this.random.chance(0.7);
    const path = '/collections/points/points';
    await resultOf({
      url,
      method: write.version === undefined ? 'POST' : 'PUT',
      path: `${path}${write.version === undefined ? '/delete' : ''}?wait=${wait}`,
      body: bodyOf(write, this.random.chance(0.3)),
    });
    writer.acknowledge();
    this.acknowledged += 1;
  }

  /** Compares all that the server has with the record. */
  async check(url: string): Promise<void> {
    const scroll = { limit: 1_000_000, with_payload: true, with_vector: true };
    const path = '/collections/points/points';
    const page = { url, method: 'POST', path: `${path}/scroll`, body: scroll } as const;
    const { points } = await resultOf<{ points: StoredPoint[] }>(page);
    const stored = new Map(points.map((point) => [point.id, point]));
    for (const writer of this.writers) writer.check(stored);
    const expected = this.writers.reduce((sum, { pointCount }) => sum + pointCount, 0);
    assert.equal(points.length, expected, 'points by scroll');
    const { count } = await resultOf<{ count: number }>({
      url,
      method: 'POST',
      path: `${path}/count`,
      body: {},
    });
    assert.equal(count, expected, 'points by count');
    await this.#checkSearch(url, points);
    await this.#checkCollections(url);
  }

  /** Each vector of some points finds its own point: they are in the memory that searches read, too. */
  async #checkSearch(url: string, points: readonly StoredPoint[]): Promise<void> {
    const sample = points.filter((_, i) => i % 97 === 0);
    const searches = sample.map(({ vector }) => {
      const query = (vector as { place: number[] }).place;
      return { query, using: 'place', limit: 1, params: { exact: true } };
    });
    const path = '/collections/points/points/query/batch';
    const hits = await resultOf<{ points: { id: unknown; score: number }[] }[]>({
      url,
      method: 'POST',
      path,
      body: { searches },
    });
    const found = hits.map(({ points: [hit] }) => [hit?.id, hit?.score]);
    assert.deepEqual(
      found,
      sample.map(({ id }) => [id, 0]),
    );
  }

  async #checkCollections(url: string): Promise<void> {
    const list = await resultOf<{ collections: { name: string }[] }>({
      url,
      method: 'GET',
      path: '/collections',
    });
    const names = list.collections.map(({ name }) => name).filter((name) => name !== 'points');
    this.collections.check(names);
  }
}

async function createPoints(url: string): Promise<void> {
  const vectors = { dense: { size: 24, distance: 'Dot' }, place: { size: 3, distance: 'Euclid' } };
  await resultOf({ url, method: 'PUT', path: '/collections/points', body: { vectors } });
}

/** Uploads until the random moment, then ends the server the hard way. */
async function uploadUntilKilled(server: TestServer, uploads: Uploads): Promise<void> {
  const { random } = uploads;
  const killAt = random.between(1, ACKNOWLEDGED_BEFORE_KILL_MAX);
  const delayMs = random.next() * KILL_DELAY_MS_MAX;
  let seen = 0;
  let killed: Promise<unknown> | undefined;
  await uploads.run(server.url, () => {
    seen += 1;
    if (seen === killAt) killed = delay(delayMs).then(() => server.kill('SIGKILL'));
  });
  await killed;
}

const start = (t: TestContext, storagePath: string) =>
  startServer(t, {
    storagePath,
    env: { NEARIFY__STORAGE__SEGMENT_BYTES_MAX: String(SEGMENT_BYTES) },
  });

test('no acknowledged point is lost or torn by SIGKILL', async (t) => {
  const { numRuns, seed } = runs(50);
  const storagePath = tempDir(t);
  const uploads = new Uploads(new Random(seed));
  let server = await start(t, storagePath);
  await createPoints(server.url);
  await server.stop();
  server = await start(t, storagePath);
  for (let kill = 0; kill < numRuns; kill++) {
    await uploadUntilKilled(server, uploads);
    server = await start(t, storagePath);
    try {
      await uploads.check(server.url);
    } catch (error) {
      throw new Error(`after kill ${kill}, NEARIFY_TEST_SEED=${seed}`, { cause: error });
    }
  }
  t.diagnostic(`${numRuns} kills during ${uploads.acknowledged} acknowledged writes`);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
