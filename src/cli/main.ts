#!/usr/bin/env node
import { Command } from 'commander';
import { API_VERSION } from '../config/build-info.ts';
import { addImportCommand } from './import/command.ts';
import { addOpenapiCommand } from './openapi.ts';
import { addServeCommand } from './serve.ts';

const program = new Command('nearify')
  .description('Async vector search server that speaks the Qdrant REST API.')
  .version(`${API_VERSION} (level of the Qdrant REST API)`, '-v, --version')
  .showHelpAfterError('(nearify --help shows all commands)');

addServeCommand(program);
addImportCommand(program);
addOpenapiCommand(program);

try {
  await program.parseAsync();
} catch (error) {
  console.error(`nearify: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
