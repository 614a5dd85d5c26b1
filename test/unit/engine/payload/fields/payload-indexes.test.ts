import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Filter } from '../../../../../schemas/filter.ts';
import { compileFilter } from '../../../../../src/engine/payload/filter/compile.ts';
import { stringifyExact } from '../../../../../src/shared/json/exact.ts';
import { Random } from '../../../../helpers/random.ts';
import { runs } from '../../../../helpers/property-runs.ts';
import { TestCollection } from '../../../../helpers/test-collection.ts';
import { pointOf } from '../filter/point.ts';
import { KEYS, randomFilter, randomPayload } from './random-payloads.ts';

const PARAMS = { vectors: { size: 1, distance: 'Dot' } } as const;
const IDS_MAX = 700;

/** A collection beside a plain map of what it should hold. */
class Comparison {
  collection: TestCollection;
  readonly payloads = new Map<number, string>();
  readonly random: Random;

  constructor(collection: TestCollection, random: Random) {
    this.collection = collection;
    this.random = random;
  }

  step(): void {
    const { random } = this;
    const kind = random.between(0, 9);
    if (kind < 5) this.#upsert(random.chance(0.5) ? 1 : random.between(1, 120));
    else if (kind < 7) this.#overwrite();
    else if (kind < 8) this.#delete();
    else if (kind < 9) this.#createIndex();
    else this.#deleteIndex();
  }

  #someIds(count: number): number[] {
    return Array.from({ length: count }, () => this.random.between(1, IDS_MAX));
  }

  #apply(task: Parameters<TestCollection['batch']>[0][0]['task'], body: string, args = {}): void {
    const [outcome] = this.collection.batch([{ task, body, args }]);
    assert.equal(typeof outcome, 'number', `${task} ${body}: ${outcome}`);
  }

  #upsert(count: number): void {
    const points = this.#someIds(count).map((id) => {
      const payload = randomPayload(this.random);
      this.payloads.set(id, payload);
      return `{"id":${id},"vector":[1],"payload":${payload}}`;
    });
    this.#apply('upsert', `{"points":[${points.join(',')}]}`);
  }

  #overwrite(): void {
    const ids = this.#someIds(this.random.between(1, 20)).filter((id) => this.payloads.has(id));
    if (ids.length === 0) return;
    const payload = randomPayload(this.random);
    for (const id of ids) this.payloads.set(id, payload);
    this.#apply('overwrite_payload', `{"payload":${payload},"points":[${ids.join(',')}]}`);
  }

  #delete(): void {
    const ids = this.#someIds(this.random.between(1, 20));
    for (const id of ids) this.payloads.delete(id);
    this.#apply('delete_points', `{"points":[${ids.join(',')}]}`);
  }

  #createIndex(): void {
    const keys = Object.keys(KEYS) as (keyof typeof KEYS)[];
    const key = keys[this.random.between(0, keys.length - 1)]!;
    const types: readonly (string | object)[] = KEYS[key];
    const type = types[this.random.between(0, types.length - 1)]!;
    this.#apply('create_index', JSON.stringify({ field_name: key, field_schema: type }));
  }

  #deleteIndex(): void {
    const [index] = this.collection.handle.indexes;
    if (index !== undefined) this.#apply('delete_index', '', { field_name: index.key });
  }

  /** The ids that pass the filter, by looking at every payload. */
  #expected(filter: Filter): number[] {
    const passes = compileFilter(filter, this.collection.collection.indexes.context);
    return [...this.payloads]
      .filter(([id, payload]) => passes(pointOf(payload, { id, vectors: [''] })))
      .map(([id]) => id)
      .toSorted((a, b) => a - b);
  }

  check(filter: Filter): void {
    const text = stringifyExact(filter);
    const expected = this.#expected(filter);
    const { points } = this.collection.read('query', `{"query":[1],"limit":${IDS_MAX},"filter":${text}}`) as {
      points: { id: number }[];
    };
    const indexes = JSON.stringify(this.collection.handle.indexes.map(({ key, schema }) => [key, schema]));
    assert.deepEqual(
      points.map(({ id }) => id).toSorted((a, b) => a - b),
      expected,
      `${text} with ${indexes}`,
    );
    assert.deepEqual(this.collection.read('count', `{"filter":${text}}`), { count: expected.length });
    const limit = this.random.between(1, 20);
    const offset = this.random.between(1, IDS_MAX);
    const page = this.collection.read('scroll', `{"limit":${limit},"offset":${offset},"filter":${text}}`) as {
      points: { id: number }[];
      next_page_offset: number | null;
    };
    const following = expected.filter((id) => id >= offset);
    assert.deepEqual(
      [...page.points.map(({ id }) => id), page.next_page_offset],
      [...following.slice(0, limit), following[limit] ?? null],
      `page of ${text} with ${indexes}`,
    );
  }
}

async function compare(t: TestContext, seed: number): Promise<void> {
  const random = new Random(seed);
  const comparison = new Comparison(await TestCollection.create(t, PARAMS), random);
  for (let step = 0; step < 60; step++) {
    comparison.step();
    const repeated = randomFilter(random);
    for (const filter of [repeated, randomFilter(random), randomFilter(random), repeated]) {
      comparison.check(filter);
    }
    if (random.chance(0.1)) comparison.collection = await comparison.collection.restart();
  }
}

const { numRuns, seed } = runs(12);
for (let run = 0; run < numRuns; run++) {
  test(`filters find the same with indexes as without (seed ${seed + run})`, (t) => compare(t, seed + run));
}
