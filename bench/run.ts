/** `npm run bench -- <path below bench/> [arguments]`; without a path it lists what there is. */
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const [name = '', ...args] = process.argv.slice(2);
const file = `${here}${name}.ts`;
if (name === '' || !existsSync(file)) {
  console.log('Usage: npm run bench -- <name> [arguments]\n');
  for (const found of globSync('*/**/*.ts', { cwd: here })) {
    const isBench = readFileSync(here + found, 'utf8').includes('npm run bench --');
    if (isBench) console.log(`  ${found.replace(/\.ts$/, '')}`);
  }
  process.exit(name === '' ? 0 : 1);
}
process.exit(spawnSync(process.execPath, [file, ...args], { stdio: 'inherit' }).status ?? 1);
