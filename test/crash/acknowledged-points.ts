/** Points whose content follows from id and version, and the record of what a server has acknowledged about them. */
import assert from 'node:assert/strict';
import type { Random } from '../helpers/random.ts';

/** A point as scroll returns it. */
export interface StoredPoint {
  readonly id: number | string;
  readonly payload: { readonly version: number };
  readonly vector: unknown;
}

/** One write: these ids get this version, or are deleted if there is none. */
export interface Write {
  readonly ids: readonly (number | string)[];
  readonly version: number | undefined;
}

const IDS_PER_WRITER = 500;
/** More points than one transaction of LMDB writes in a single page. */
const LARGE_WRITE = 400;

/** Every third id is a UUID. */
function idOf(number: number): number | string {
  return number % 3 === 0 ? `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` : number;
}

/** Where the number of an id goes into a vector, it is an integer that float32 keeps. */
const numberOf = (id: number | string): number => (typeof id === 'number' ? id : Number(id.slice(-12)));

/** All of a point follows from its id and version, so that a mixture of two versions shows. */
export function pointOf(id: number | string, version: number) {
  const number = numberOf(id);
  const dense = Array.from({ length: 24 }, (_, i) => ((number * 31 + version * 17 + i * 7) % 1024) / 8);
  return {
    id,
    vector: { dense, place: [number, version, 1] },
    payload: { version, number, text: `${number} at ${version} `.repeat(1 + (version % 13)) },
  };
}

/** The body of the request that does a write, in rows or in columns. */
export function bodyOf({ ids, version }: Write, inColumns: boolean): unknown {
  if (version === undefined) return { points: ids };
  const points = ids.map((id) => pointOf(id, version));
  if (!inColumns) return { points };
  const column = (name: 'dense' | 'place') => points.map(({ vector }) => vector[name]);
  const vectors = { dense: column('dense'), place: column('place') };
  return { batch: { ids, vectors, payloads: points.map(({ payload }) => payload) } };
}

/** What one client, which alone writes a range of ids and one request at a time, knows about them. */
export class WriterRecord {
  readonly #firstNumber: number;
  readonly #versions = new Map<number | string, number>();
  #pending: Write | undefined;

  constructor(writer: number) {
    this.#firstNumber = writer * IDS_PER_WRITER;
  }

  /** Starts a random write. */
  begin(random: Random, version: number): Write {
    const most = random.chance(0.1) ? LARGE_WRITE : 40;
    const count = random.between(1, most);
    const start = random.between(0, IDS_PER_WRITER - count);
    const ids = Array.from({ length: count }, (_, i) => idOf(this.#firstNumber + start + i));
    this.#pending = { ids, version: random.chance(0.15) ? undefined : version };
    return this.#pending;
  }

  /** The server has said that the write is done. */
  acknowledge(): void {
    for (const id of this.#pending!.ids) this.#set(id, this.#pending!.version);
    this.#pending = undefined;
  }

  /**
   * Compares what is stored with what was acknowledged. The write that the crash cut off may be there or not, but only as
   * a whole.
   */
  check(stored: ReadonlyMap<number | string, StoredPoint>): void {
    const cutOff = this.#pending;
    const versionOf = (id: number | string) => stored.get(id)?.payload.version;
    if (cutOff?.ids.every((id) => versionOf(id) === cutOff.version)) this.acknowledge();
    this.#pending = undefined;
    for (let number = this.#firstNumber; number < this.#firstNumber + IDS_PER_WRITER; number++) {
      const id = idOf(number);
      const version = this.#versions.get(id);
      const point = stored.get(id);
      assert.equal(
        point?.payload.version,
        version,
        `version of ${id}, cut off was ${JSON.stringify(cutOff)}`,
      );
      if (version !== undefined) assert.deepEqual(point, pointOf(id, version));
    }
  }

  get pointCount(): number {
    return this.#versions.size;
  }

  #set(id: number | string, version: number | undefined): void {
    if (version === undefined) this.#versions.delete(id);
    else this.#versions.set(id, version);
  }
}
