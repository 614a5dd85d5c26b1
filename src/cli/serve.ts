import type { Command } from 'commander';
import { envName } from '../config/env-names.ts';
import { allowedValues, type FlagSetting, loadConfig } from '../config/load.ts';
import { CONFIG_KEYS } from '../config/schema.ts';
import { ensureProcessSettings } from './process-settings.ts';

interface ServeOptions {
  readonly config?: string;
  readonly set: readonly FlagSetting[];
  readonly host?: string;
  readonly port?: string;
  readonly storage?: string;
  readonly logLevel?: string;
}

/** `nearify serve`: what runs when no command is given. */
export function addServeCommand(program: Command): void {
  program
    .command('serve', { isDefault: true })
    .description('run the server (the default command)')
    .option('-c, --config <file>', 'YAML file with settings (default: nearify.yaml, if there is one)')
    .option('--host <address>', 'address to listen on, same as --set service.host=…')
    .option('-p, --port <number>', 'port to listen on, same as --set service.http_port=…')
    .option('--storage <directory>', 'directory of all data, same as --set storage.storage_path=…')
    .option('--log-level <level>', 'least severe messages shown, same as --set log_level=…')
    .option('--set <key=value>', 'any setting of the table below; may be repeated', collectSetting, [])
    .addHelpText('after', settingsHelp)
    .action(async (options: ServeOptions) => {
      ensureProcessSettings();
      // Only now: loading it takes a while.
      const { startServer } = await import('../server.ts');
      await startServer(
        loadConfig({
          env: process.env,
          flags: flagSettings(options),
          ...(options.config !== undefined && { configPath: options.config }),
        }),
      );
    });
}

function collectSetting(text: string, collected: readonly FlagSetting[]): FlagSetting[] {
  const [path = '', ...value] = text.split('=');
  return [...collected, { path, text: value.join('='), flag: '--set' }];
}

function flagSettings({ host, port, storage, logLevel, set }: ServeOptions): FlagSetting[] {
  const named = [
    { path: 'service.host', text: host, flag: '--host' },
    { path: 'service.http_port', text: port, flag: '--port' },
    { path: 'storage.storage_path', text: storage, flag: '--storage' },
    { path: 'log_level', text: logLevel, flag: '--log-level' },
  ];
  return [...named.filter((setting): setting is FlagSetting => setting.text !== undefined), ...set];
}

function settingsHelp(): string {
  const rows = [...CONFIG_KEYS.values()].map((key) =>
    [`  ${key.path}`, `      ${key.description}`, `      ${allowedValues(key)}; default ${key.default}`].join(
      '\n',
    ),
  );
  return [
    '',
    'Settings, by flag, environment, file, or default, in this order of precedence:',
    ...rows,
    '',
    `In the environment a setting is spelled ${envName('service.http_port')}=6333; Qdrant's spelling`,
    'QDRANT__SERVICE__HTTP_PORT works too.',
  ].join('\n');
}
