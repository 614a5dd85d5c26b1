import { readFileSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { buildApp } from '../app.ts';
import type { Collections } from '../collections/collections.ts';
import { loadConfig } from '../config/load.ts';

interface OpenapiOptions {
  readonly output?: string;
  readonly check?: string;
}

/** `nearify openapi`: the API's description, generated from the schemas of the routes. */
export function addOpenapiCommand(program: Command): void {
  program
    .command('openapi')
    .description('print the OpenAPI document as YAML')
    .option('-o, --output <file>', 'write it to a file instead')
    .option('--check <file>', 'fail if the file differs from it')
    .action(async ({ output, check }: OpenapiOptions) => {
      const text = await openapiYaml();
      if (output !== undefined) writeFileSync(output, text);
      else if (check === undefined) process.stdout.write(text);
      if (check !== undefined && readFileSync(check, 'utf8') !== text) {
        throw new Error(`${check} is out of date: write it anew with \`nearify openapi --output ${check}\``);
      }
    });
}

async function openapiYaml(): Promise<string> {
  const { config } = loadConfig({ cwd: '/nonexistent' });
  const app = await buildApp({
    config,
    collections: NO_COLLECTIONS,
    log: pino({ level: 'silent' }),
    commit: '',
  });
  await app.ready();
  const document = JSON.parse(JSON.stringify(app.swagger()));
  await app.close();
  return `# Generated from the schemas of the routes by \`npm run openapi\`; not to be edited.\n${stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 })}`;
}

/** The document needs the routes, not what they serve. */
const NO_COLLECTIONS: Collections = {
  isReady: false,
  list: () => [],
  exists: () => false,
  info: unused,
  create: unused,
  configure: unused,
  createVector: unused,
  deleteVector: unused,
  drop: unused,
  read: unused,
  update: unused,
  close: () => Promise.resolve(),
};

function unused(): never {
  throw new Error('nothing is served while the document is generated');
}
