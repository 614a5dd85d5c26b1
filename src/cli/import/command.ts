import path from 'node:path';
import { SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import { Target } from './target.ts';
import { type Batch, VectorFile } from './vector-file.ts';

interface ImportOptions {
  readonly url: string;
  readonly collection?: string;
  readonly payload?: string;
  readonly dim: string;
  readonly distance: string;
  readonly batch: string;
  readonly parallel: string;
  readonly limit?: string;
}

/** `nearify import`: loads a file of vectors, with payload if there is one, into a running server over HTTP. */
export function addImportCommand(program: Command): void {
  program
    .command('import')
    .description('load a file of vectors and its JSONL payload into a running server')
    .argument(
      '<vectors>',
      'rows of little-endian floats (.f32 or .f16), or a folder with base.f16 or base.f32',
    )
    .option('--url <url>', 'address of the server', 'http://127.0.0.1:6333')
    .option(
      '--collection <name>',
      'collection to fill, made if missing (default: name of the file or folder)',
    )
    .option('--payload <file>', 'a JSON object a line, one a row (default: payload.jsonl beside the vectors)')
    .option('--dim <number>', 'values in a row', '384')
    .option('--distance <metric>', 'Cosine, Dot, Euclid or Manhattan, for a new collection', 'Cosine')
    .option('--batch <number>', 'points in a request', '1000')
    .option('--parallel <number>', 'requests at a time', '2')
    .option('--limit <number>', 'stop after so many points')
    .addHelpText('after', '\nThe number of a row, from 0, is the id of its point.')
    .action(runImport);
}

async function runImport(vectors: string, options: ImportOptions): Promise<void> {
  const dim = wholeNumber('dim', options.dim);
  const batchRows = wholeNumber('batch', options.batch);
  const parallel = wholeNumber('parallel', options.parallel);
  const limit = options.limit === undefined ? Number.POSITIVE_INFINITY : wholeNumber('limit', options.limit);
  const file = await VectorFile.open(vectors, dim, options.payload);
  const target = new Target(options.url, options.collection ?? defaultName(vectors));
  await target.ensure(file.dim, options.distance);
  const total = Math.min(file.rowCount, limit);
  const progress = startProgress(total);
  try {
    await inParallel(parallel, file.batches(batchRows, total), async ({ body, count }) => {
      await target.upsert(body);
      progress.add(count);
    });
  } finally {
    progress.stop();
    await file.close();
  }
  console.log(
    `${total} points are in collection ${target.collection}; ${options.url}/docs shows what to do with them`,
  );
}

/** Runs `work` on all batches, `width` at a time. The first failure ends it. */
async function inParallel(
  width: number,
  batches: AsyncGenerator<Batch>,
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  const lane = async () => {
    for (let next = await batches.next(); !next.done; next = await batches.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

function startProgress(total: number): { add(points: number): void; stop(): void } {
  const startMs = performance.now();
  let done = 0;
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value} of {total} points | {speed} a second',
    hideCursor: true,
    noTTYOutput: true,
    notTTYSchedule: 5000,
  });
  bar.start(total, 0, { speed: 0 });
  return {
    add: (points) => {
      done += points;
      bar.update(done, { speed: Math.round((1000 * done) / (performance.now() - startMs)) });
    },
    stop: () => bar.stop(),
  };
}

function defaultName(vectors: string): string {
  return path.basename(path.resolve(vectors)).replace(/\.f(16|32)$/, '');
}

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new Error(`--${name} must be a whole number from 1, not ${text}`);
}
