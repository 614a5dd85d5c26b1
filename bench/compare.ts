/**
 * `npm run bench:compare -- <git revision> <bench> [--turns 5] [arguments of the bench]`: runs a bench of the work tree and of a
 * revision in turns on this machine and prints for every number both medians, their ratio and how far the ratios of the
 * turns lie apart. The revision is checked out into a folder of its own, with the dependencies of the work tree.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { numbersIn } from './curves.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TURNS = 5;

type Numbers = ReadonlyMap<string, number>;

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** A work tree of the revision that can run; `remove` ends it. */
function checkOut(revision: string): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'nearify-compare-'));
  git('worktree', 'add', '--detach', '--force', folder, revision);
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  execFileSync(process.execPath, ['src/kernels/build.mjs'], { cwd: folder, stdio: 'ignore' });
  return {
    folder,
    remove: () => {
      git('worktree', 'remove', '--force', folder);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function measure(folder: string, bench: string, args: readonly string[]): Numbers {
  const output = execFileSync(process.execPath, [path.join('bench', `${bench}.ts`), ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return numbersIn(JSON.parse(output));
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

const short = (value: number): string => String(Number(value.toPrecision(4)));

/** A line for each number that both have: name, revision, work tree, ratio, least and largest ratio of a turn. */
export function comparison(before: readonly Numbers[], after: readonly Numbers[]): string[][] {
  const names = [...(before[0]?.keys() ?? [])].filter((name) => after[0]?.has(name));
  return names.map((name) => {
    const [old, now] = [before, after].map((turns) => turns.map((turn) => turn.get(name)!)) as [
      number[],
      number[],
    ];
    const ratios = now.map((value, i) => value / old[i]!);
    const spread = `${short(Math.min(...ratios))} .. ${short(Math.max(...ratios))}`;
    return [name, short(median(old)), short(median(now)), short(median(ratios)), spread];
  });
}

function main(given: readonly string[]): void {
  const args = [...given];
  const at = args.indexOf('--turns');
  const turns = at < 0 ? TURNS : Number(args.splice(at, 2)[1]);
  const [revision, bench, ...rest] = args;
  if (revision === undefined || bench === undefined || !(turns > 0)) {
    console.error(
      'Usage: npm run bench:compare -- <git revision> <bench> [--turns 5] [arguments of the bench]',
    );
    process.exitCode = 1;
    return;
  }
  const other = checkOut(revision);
  try {
    const before: Numbers[] = [];
    const after: Numbers[] = [];
    for (let turn = 1; turn <= turns; turn++) {
      console.error(`turn ${turn} of ${turns}`);
      before.push(measure(other.folder, bench, rest));
      after.push(measure(ROOT, bench, rest));
    }
    console.log(['number', revision, 'work tree', 'ratio', 'ratios of turns'].join('\t'));
    for (const line of comparison(before, after)) console.log(line.join('\t'));
  } finally {
    other.remove();
  }
}

if (import.meta.main) main(process.argv.slice(2));
