/**
 * `npm run bench:report`: writes bench/results/report.html from what `npm run bench` kept in bench/results: curves of recall
 * against cost, and every number in tables, one column for each label.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Cost, type Curve, curvesIn, numbersIn } from './curves.ts';
import { escaped, plot } from './plot.ts';

interface Kept {
  readonly bench: string;
  readonly label: string;
  readonly args: readonly string[];
  /** ISO 8601. */
  readonly at: string;
  readonly result: unknown;
}

const COSTS: Readonly<Record<Cost, string>> = {
  cpuMicros: 'CPU a query, µs',
  queriesPerSecond: 'queries a second',
};

const STYLE = `body { font-family: sans-serif; margin: 2em; max-width: 70em }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: 0.2em 0.8em; border-bottom: 1px solid #ddd }
td:not(:first-child) { text-align: right } code { color: #555 }`;

/** The page for what was kept, which is grouped by bench. */
export function reportPage(kept: readonly Kept[]): string {
  const benches = Map.groupBy(kept, ({ bench }) => bench);
  const sections = Array.from(benches, ([bench, runs]) => section(bench, runs));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Nearify: measurements</title><style>${STYLE}</style></head>
<body><h1>Nearify: measurements</h1>
${sections.join('\n')}
</body></html>
`;
}

function section(bench: string, runs: readonly Kept[]): string {
  const plots = (Object.keys(COSTS) as Cost[]).flatMap((cost) => {
    const curves = runs.flatMap(({ label, result }) => curvesIn(result, cost).map(named(label)));
    return curves.length === 0 ? [] : [plot(bench, COSTS[cost], curves)];
  });
  const commands = runs.map(
    ({ label, args, at }) =>
      `<p>${escaped(label)}, ${escaped(at)}: <code>npm run bench -- ${escaped([bench, ...args].join(' '))}</code></p>`,
  );
  return [`<h2>${escaped(bench)}</h2>`, ...commands, ...plots, table(runs)].join('\n');
}

function named(label: string): (curve: Curve) => Curve {
  return (curve) => ({ ...curve, name: `${label} ${curve.name}`.trim() });
}

function table(runs: readonly Kept[]): string {
  const columns = runs.map(({ result }) => numbersIn(result));
  const names = new Set(columns.flatMap((column) => [...column.keys()]));
  const head = `<tr><th></th>${runs.map(({ label }) => `<th>${escaped(label)}</th>`).join('')}</tr>`;
  const rows = Array.from(names, (name) => {
    const cells = columns.map((column) => `<td>${column.get(name) ?? ''}</td>`);
    return `<tr><td>${escaped(name)}</td>${cells.join('')}</tr>`;
  });
  return `<table>${head}\n${rows.join('\n')}</table>`;
}

if (import.meta.main) {
  const folder = fileURLToPath(new URL('results/', import.meta.url));
  const files = globSync('*.json', { cwd: folder }).toSorted();
  if (files.length === 0) {
    console.error('Nothing was measured yet: run `npm run bench` to see what there is.');
    process.exit(1);
  }
  const kept = files.map((file) => JSON.parse(readFileSync(folder + file, 'utf8')) as Kept);
  writeFileSync(`${folder}report.html`, reportPage(kept));
  console.log(`${folder}report.html`);
}
