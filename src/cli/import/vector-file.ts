import { existsSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';

const BYTES_PER_VALUE: Readonly<Record<string, number>> = { '.f16': 2, '.f32': 4 };

/** A batch of points as the columnar body of an upsert. */
export interface Batch {
  readonly count: number;
  readonly body: string;
}

/** Rows of little-endian floats, and payload lines in the same order; the number of a row is the id of its point. */
export class VectorFile {
  readonly dim: number;
  readonly rowCount: number;
  readonly #vectors: FileHandle;
  readonly #payload: FileHandle | undefined;
  readonly #bytesPerValue: number;

  private constructor(parts: {
    dim: number;
    rowCount: number;
    vectors: FileHandle;
    payload: FileHandle | undefined;
    bytesPerValue: number;
  }) {
    this.dim = parts.dim;
    this.rowCount = parts.rowCount;
    this.#vectors = parts.vectors;
    this.#payload = parts.payload;
    this.#bytesPerValue = parts.bytesPerValue;
  }

  /** `location`: the file, or a folder with `base.f16` or `base.f32` in it. @throws if it is no whole number of rows */
  static async open(location: string, dim: number, payloadPath?: string): Promise<VectorFile> {
    const file = vectorsIn(location);
    const bytesPerValue = BYTES_PER_VALUE[path.extname(file)];
    if (bytesPerValue === undefined) throw new Error(`${file}: expected a file that ends in .f16 or .f32`);
    const vectors = await open(file);
    const { size } = await vectors.stat();
    if (size === 0 || size % (dim * bytesPerValue) !== 0) {
      throw new Error(`${file}: ${size} bytes are no whole number of rows of ${dim} values; is --dim right?`);
    }
    const besideIt = path.join(path.dirname(file), 'payload.jsonl');
    const payloadFile = payloadPath ?? (existsSync(besideIt) ? besideIt : undefined);
    const payload = payloadFile === undefined ? undefined : await open(payloadFile);
    return new VectorFile({ dim, rowCount: size / (dim * bytesPerValue), vectors, payload, bytesPerValue });
  }

  /** The first `total` rows in batches. @throws if the payload has fewer lines */
  async *batches(batchRows: number, total: number): AsyncGenerator<Batch> {
    const lines = this.#payload?.readLines()[Symbol.asyncIterator]();
    for (let first = 0; first < total; first += batchRows) {
      const count = Math.min(batchRows, total - first);
      const vectors = await this.#rows(first, count);
      const ids = Array.from({ length: count }, (_, i) => first + i);
      const payloads = lines === undefined ? '' : `,"payloads":[${(await take(lines, count)).join(',')}]`;
      yield {
        count,
        body: `{"batch":{"ids":[${ids.join(',')}],"vectors":[${vectors.join(',')}]${payloads}}}`,
      };
    }
  }

  async close(): Promise<void> {
    await this.#vectors.close();
    await this.#payload?.close();
  }

  /** Rows as JSON text. */
  async #rows(first: number, count: number): Promise<string[]> {
    const rowBytes = this.dim * this.#bytesPerValue;
    const bytes = new ArrayBuffer(count * rowBytes);
    await this.#vectors.read(new Uint8Array(bytes), 0, bytes.byteLength, first * rowBytes);
    const values = this.#bytesPerValue === 2 ? new Float16Array(bytes) : new Float32Array(bytes);
    return Array.from({ length: count }, (_, i) => {
      const row = Float32Array.from(values.subarray(i * this.dim, (i + 1) * this.dim));
      return `[${row.join(',')}]`;
    });
  }
}

function vectorsIn(location: string): string {
  for (const name of ['base.f16', 'base.f32']) {
    const file = path.join(location, name);
    if (existsSync(file)) return file;
  }
  if (!existsSync(location)) throw new Error(`${location}: there is no such file or folder`);
  return location;
}

async function take(lines: AsyncIterator<string>, count: number): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const { value, done } = await lines.next();
    if (done) throw new Error('the payload has fewer lines than there are vectors');
    taken.push(value);
  }
  return taken;
}
