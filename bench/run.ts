/**
 * `npm run bench -- <path below bench/> [--label <name>] [--tiny] [arguments]`; without a path it lists what there is.
 * What a bench prints is also kept in bench/results, for `npm run bench:report`. `--tiny` shows in a few seconds that a bench
 * works; its numbers mean nothing and are not kept.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tinyArguments } from './tiny.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** A bench is a file whose header says how to run it. */
export function benchNames(): string[] {
  const files = globSync('{ann,http}/*.ts', { cwd: here });
  const benches = files.filter((file) => readFileSync(here + file, 'utf8').includes('npm run bench --'));
  return benches.map((file) => file.replace(/\.ts$/, '')).toSorted();
}

/** Takes `--name value` or `--name` out of the arguments. */
function take(args: string[], name: string, hasValue: boolean): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args.splice(at, hasValue ? 2 : 1).at(-1);
}

async function run(name: string, given: readonly string[]): Promise<number> {
  const args = [...given];
  const label = take(args, '--label', true) ?? 'nearify';
  const isTiny = take(args, '--tiny', false) !== undefined;
  if (isTiny) args.push(...tinyArguments(name));
  const child = spawn(process.execPath, [`${here}${name}.ts`, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    process.stdout.write(chunk);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code === 0) {
    const result: unknown = JSON.parse(Buffer.concat(chunks).toString());
    if (!isTiny) keep(name, { label, args, result });
  }
  return code ?? 1;
}

function keep(
  name: string,
  { label, args, result }: { label: string; args: string[]; result: unknown },
): void {
  const record = { bench: name, label, args, at: new Date().toISOString(), result };
  mkdirSync(`${here}results`, { recursive: true });
  writeFileSync(
    `${here}results/${name.replaceAll('/', '-')}.${label}.json`,
    JSON.stringify(record, undefined, 1),
  );
}

if (import.meta.main) {
  const [name = '', ...args] = process.argv.slice(2);
  if (benchNames().includes(name)) process.exitCode = await run(name, args);
  else {
    console.log('Usage: npm run bench -- <name> [--label <name>] [--tiny] [arguments]\n');
    for (const bench of benchNames()) console.log(`  ${bench}`);
    process.exitCode = name === '' ? 0 : 1;
  }
}
