/**
 * Checks the import rules of `.dependency-cruiser.cjs`. Run by `npm run deps`. The cruiser reports no violation when it
 * could not read the sources at all, so the modules that it saw are counted too.
 */
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser';

const FOLDERS = ['src', 'routes', 'schemas'];

const { options, ...ruleSet } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs');
const { output } = await cruise(FOLDERS, { ...(options as ICruiseOptions), ruleSet, validate: true });
const { modules, summary } = output as ICruiseResult;

for (const { rule, from, to } of summary.violations)
  console.error(`${rule.name}: ${from} must not import ${to}`);
const sources = FOLDERS.flatMap((folder) => globSync(`${folder}/**/*.ts`)).filter(
  (file) => !file.endsWith('.d.ts'),
);
const seen = new Set(modules.map(({ source }) => source));
const unseen = sources.filter((file) => !seen.has(file));
for (const file of unseen) console.error(`${file} was not read`);
console.log(`${sources.length} files checked against the import rules`);
process.exitCode = summary.violations.length + unseen.length === 0 ? 0 : 1;
