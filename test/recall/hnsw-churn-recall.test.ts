/**
 * Random inserts, updates and deletes while four threads link the graph and another one searches: whatever happened, the
 * graph is whole afterwards and as good as a fresh one of the points that are left. `NEARIFY_TEST_RUNS=150` runs for ten
 * minutes.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type GraphHandle, linkedCount } from '../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { METRIC, type MetricName } from '../../src/kernels/memory-layout.ts';
import { runs } from '../helpers/property-runs.ts';
import { Random } from '../helpers/random.ts';
import {
  attachGraph,
  createGraphMemory,
  type GraphMemory,
  linkAll,
  setBit,
  writeRows,
} from './graph-memory.ts';
import { LinkThreads } from './link-threads.ts';
import { clustered, exactSearch, type Found, mean, plannedWalk, recall, walkSearch } from './measure.ts';

const ROWS = 4000;
const THREADS = 4;
const K = 10;
const EF = 64;
const QUERIES = 200;
const RECALL_LOSS_MAX = 0.01;
const { numRuns, seed } = runs(4);

/** What one run does, drawn at random. */
interface Scenario {
  readonly metric: MetricName;
  readonly dim: number;
  readonly m: number;
  readonly clusters: number;
  /**
   * Shares of new rows that have the vector of an earlier one, and that have none. Few twins: of more than ef, a walk finds
   * all or none, in any graph.
   */
  readonly twins: number;
  readonly absent: number;
  /** Shares of writes that update, and that delete. */
  readonly updates: number;
  readonly deletes: number;
}

function drawScenario(random: Random): Scenario {
  const oneOf = <T>(values: readonly T[]): T => values[random.between(0, values.length - 1)]!;
  const metric = oneOf(Object.keys(METRIC) as MetricName[]);
  return {
    metric,
    dim: oneOf([8, 24, 48]),
    // By Dot a few long vectors are in most answers: one that is missed, as with few links it may be, counts for all.
    m: oneOf(metric === 'Dot' ? [16, 32] : [8, 16, 32]),
    clusters: oneOf([1, 8, 200]),
    twins: oneOf([0, 0, 0.1, 0.4]),
    absent: oneOf([0, 0, 0.2]),
    updates: oneOf([0, 0.1, 0.25]),
    deletes: oneOf([0, 0.1]),
  };
}

/** The rows of a graph under change: which live, and what their vectors are. */
class Rows {
  readonly target: GraphMemory;
  readonly handle: GraphHandle;
  readonly vectors: (Float32Array | undefined)[] = [];
  readonly deleted = new Set<number>();
  readonly #fresh: readonly Float32Array[];
  readonly #scenario: Scenario;
  readonly #random: Random;

  constructor(scenario: Scenario, random: Random) {
    const { metric, dim, m, clusters } = scenario;
    this.target = createGraphMemory({ metric, dim, m, capacity: ROWS, threads: THREADS + 1 });
    this.handle = attachGraph(this.target, THREADS);
    this.#fresh = clustered(ROWS, dim, random.between(10, 1e6), clusters);
    this.#scenario = scenario;
    this.#random = random;
  }

  get count(): number {
    return this.vectors.length;
  }

  get live(): Float32Array[] {
    return this.vectors.filter(
      (vector, offset) => vector !== undefined && !this.deleted.has(offset),
    ) as Float32Array[];
  }

  /** Appends a row that no thread may link yet. */
  append(): void {
    const { twins, absent } = this.#scenario;
    const earlier = this.vectors[this.#random.between(0, this.count)];
    const isTwin = earlier !== undefined && this.#random.chance(twins);
    const vector = isTwin ? earlier : this.#fresh[this.count];
    if (this.#random.chance(absent)) this.vectors.push(undefined);
    else {
      writeRows(this.target, this.handle, [vector!], this.count);
      this.vectors.push(vector);
    }
  }

  /** Deletes a row of those that searches see. */
  deleteOne(published: number): void {
    if (published === 0) return;
    const offset = this.#random.between(0, published - 1);
    this.deleted.add(offset);
    setBit(new Uint8Array(this.target.memory.buffer), this.target.layout.tombstones, offset);
  }

  /** One transaction; updates delete a row and append another. */
  write(): void {
    const { updates, deletes } = this.#scenario;
    const published = this.count;
    for (let left = this.#random.between(1, 200); left > 0 && this.count < ROWS; left--) {
      const kind = this.#random.next();
      if (kind < updates + deletes) this.deleteOne(published);
      if (kind >= deletes) this.append();
    }
  }

  /** What a search finds: by the graph as far as it goes, and by a scan of the rows that are not linked yet. */
  search(query: Float32Array): Found[] {
    const { target, handle, count, deleted } = this;
    const { tombstones } = target.layout;
    const limit = linkedCount(handle);
    const matches = limit - [...deleted].filter((offset) => offset < limit).length;
    const plan = plannedWalk(handle, { rows: limit, matches, ef: EF, k: K });
    const walked = walkSearch(target, handle, query, { ...plan, k: K, tombstones, limit });
    const scanned = exactSearch(target, handle, query, { k: K, from: limit, count, tombstones });
    const found = [...walked, ...scanned].toSorted((a, b) => b.score - a.score).slice(0, K);
    assert.ok(walked.every(({ offset }) => offset < limit));
    assert.equal(new Set(found.map(({ offset }) => offset)).size, Math.min(K, this.live.length));
    for (const { offset } of found) {
      assert.ok(this.vectors[offset] !== undefined && !deleted.has(offset), `row ${offset} is not there`);
    }
    return found;
  }

  recall(queries: readonly Float32Array[]): number {
    const { tombstones } = this.target.layout;
    const exact = (query: Float32Array) =>
      exactSearch(this.target, this.handle, query, { k: K, count: this.count, tombstones });
    return mean(queries.map((query) => recall(this.search(query), exact(query))));
  }
}

/** The recall of a graph that one thread has built of these vectors. */
function freshRecall(
  { metric, dim, m }: Scenario,
  vectors: readonly Float32Array[],
  queries: readonly Float32Array[],
) {
  const target = createGraphMemory({ metric, dim, m, capacity: vectors.length });
  const handle = attachGraph(target);
  writeRows(target, handle, vectors);
  linkAll(handle, vectors.length);
  return mean(
    queries.map((query) =>
      recall(
        walkSearch(target, handle, query, { k: K, ef: EF }),
        exactSearch(target, handle, query, { k: K, count: vectors.length }),
      ),
    ),
  );
}

for (let run = 0; run < numRuns; run++) {
  const random = new Random(seed + run);
  const scenario = drawScenario(random);
  test(`a graph under fire is whole, and as good as a fresh one (${seed + run})`, async (t) => {
    t.diagnostic(`NEARIFY_TEST_SEED=${seed + run}: ${JSON.stringify(scenario)}`);
    const rows = new Rows(scenario, random);
    const queries = clustered(QUERIES, scenario.dim, random.between(10, 1e6), scenario.clusters);
    const linkers = new LinkThreads(rows.target, THREADS);
    while (rows.count < ROWS) {
      rows.write();
      linkers.publish(rows.count);
      // Searches give the threads time to keep up, now more and now less.
      const behindMax = random.between(1, 600);
      do {
        rows.search(queries[random.between(0, QUERIES - 1)]!);
        await new Promise(setImmediate);
      } while (rows.count - linkedCount(rows.handle) > behindMax);
    }
    await linkers.finish(rows.count);
    const { nodeCount } = assertValidGraph(rows.handle);
    assert.equal(nodeCount, rows.vectors.filter((vector) => vector !== undefined).length);
    const found = rows.recall(queries);
    const fresh = freshRecall(scenario, rows.live, queries);
    t.diagnostic(`recall ${found} of ${rows.live.length} points, in a fresh graph ${fresh}`);
    assert.ok(found >= fresh - RECALL_LOSS_MAX, `recall ${found}, in a fresh graph ${fresh}`);
  });
}
