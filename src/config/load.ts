import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { readEnvironment } from './env-names.ts';
import { CONFIG_KEYS, type Config, type ConfigKey } from './schema.ts';

/** The file that is read when none is named. */
const DEFAULT_CONFIG_FILE = 'nearify.yaml';

/**
 * Settings that ask for protection this server does not have. Whoever sets one must not get an open server instead, so
 * they stop the start.
 */
const UNSUPPORTED_PROTECTION: ReadonlySet<string> = new Set([
  'service.api_key',
  'service.alt_api_key',
  'service.read_only_api_key',
  'service.jwt_rbac',
  'service.enable_tls',
]);

/** A setting given on the command line. */
export interface FlagSetting {
  readonly path: string;
  readonly text: string;
  /** The flag as it was spelled, for messages. */
  readonly flag: string;
}

export interface ConfigSources {
  readonly flags?: readonly FlagSetting[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A file that must exist; without it `nearify.yaml` in `cwd` is read if it is there. */
  readonly configPath?: string;
  readonly cwd?: string;
}

/** Something the user should know that does not stop the start. */
export interface ConfigNotice {
  readonly level: 'warn' | 'info';
  readonly text: string;
}

export interface LoadedConfig {
  readonly config: Config;
  readonly notices: readonly ConfigNotice[];
}

/** The configuration cannot be used; `problems` holds one line for each thing that is wrong. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

interface RawSetting {
  readonly value: unknown;
  /** True if the value came as text and numbers and booleans must be read from it. */
  readonly isText: boolean;
  readonly source: string;
}

interface Collected {
  readonly settings: Map<string, RawSetting>;
  readonly notices: ConfigNotice[];
  readonly problems: string[];
}

/**
 * Merges flags over environment over file over defaults and checks what is in force.
 * @throws ConfigError that names key, source and what is allowed, for all problems at once
 */
export function loadConfig(sources: ConfigSources = {}): LoadedConfig {
  const collected: Collected = { settings: new Map(), notices: [], problems: [] };
  collectFile(collected, sources);
  collectEnvironment(collected, sources.env ?? {});
  collectFlags(collected, sources.flags ?? []);

  const values = new Map<string, unknown>();
  for (const key of CONFIG_KEYS.values()) {
    const raw = collected.settings.get(key.path);
    try {
      values.set(key.path, raw === undefined ? key.default : readValue(key, raw));
    } catch (error) {
      collected.problems.push((error as Error).message);
    }
  }
  if (collected.problems.length > 0) throw new ConfigError(collected.problems);
  return { config: buildConfig(values), notices: collected.notices };
}

function collectFile(into: Collected, { configPath, cwd = '.' }: ConfigSources): void {
  const name = configPath ?? DEFAULT_CONFIG_FILE;
  let text: string;
  try {
    text = readFileSync(path.resolve(cwd, name), 'utf8');
  } catch (error) {
    if (configPath === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
    into.problems.push(`configuration file ${name}: cannot be read (${(error as Error).message})`);
    return;
  }
  let root: unknown;
  try {
    root = parse(text);
  } catch (error) {
    into.problems.push(
      `configuration file ${name}: not valid YAML (${(error as Error).message.split('\n', 1)[0]})`,
    );
    return;
  }
  if (root === null || root === undefined) return;
  if (!isMapping(root)) {
    into.problems.push(`configuration file ${name}: expected a mapping of sections, got ${describe(root)}`);
    return;
  }
  collectMapping(into, root, '', `file ${name}`);
}

function collectMapping(
  into: Collected,
  mapping: Readonly<Record<string, unknown>>,
  prefix: string,
  source: string,
) {
  for (const [name, value] of Object.entries(mapping)) {
    const keyPath = prefix + name;
    if (CONFIG_KEYS.has(keyPath)) into.settings.set(keyPath, { value, isText: false, source });
    else if (isSection(keyPath) && isMapping(value)) collectMapping(into, value, `${keyPath}.`, source);
    else if (isSection(keyPath) && value === null) continue;
    else reportUnknown(into, { path: keyPath, value, source, level: 'warn' });
  }
}

function collectEnvironment(into: Collected, env: Readonly<Record<string, string | undefined>>): void {
  const { settings, unknownNative, unknownQdrant } = readEnvironment(env);
  for (const { path: keyPath, text, variable } of settings) {
    into.settings.set(keyPath, { value: text, isText: true, source: `environment variable ${variable}` });
  }
  for (const unknown of [...unknownNative, ...unknownQdrant]) {
    // Qdrant has many settings that this server has no use for; a wrong native name is a mistake.
    const level = unknownQdrant.includes(unknown) ? 'info' : 'warn';
    const source = `environment variable ${unknown.variable}`;
    reportUnknown(into, { path: unknown.path, value: unknown.text, source, level });
  }
}

function collectFlags(into: Collected, flags: readonly FlagSetting[]): void {
  for (const { path: keyPath, text, flag } of flags) {
    if (CONFIG_KEYS.has(keyPath))
      into.settings.set(keyPath, { value: text, isText: true, source: `flag ${flag}` });
    else into.problems.push(`${keyPath} (flag ${flag}): there is no such setting`);
  }
}

interface UnknownSetting {
  readonly path: string;
  readonly value: unknown;
  readonly source: string;
  readonly level: 'warn' | 'info';
}

function reportUnknown(into: Collected, { path: keyPath, value, source, level }: UnknownSetting): void {
  const isOff = value === null || value === '' || value === false || String(value).toLowerCase() === 'false';
  if (UNSUPPORTED_PROTECTION.has(keyPath) && !isOff) {
    into.problems.push(
      `${keyPath} (${source}): this version has no authentication and no TLS, so it does not start with this set; ` +
        'unset it and keep the port private, or put a proxy in front',
    );
    return;
  }
  into.notices.push({ level, text: `unknown setting ${keyPath} (${source}) is ignored` });
}

/** @throws Error with the line to show */
function readValue(key: ConfigKey, raw: RawSetting): string | number | boolean {
  const value = raw.isText ? fromText(key, raw.value as string) : raw.value;
  if (key.enum !== undefined) {
    const choice = typeof value === 'string' ? value.toLowerCase() : undefined;
    if (choice !== undefined && key.enum.includes(choice)) return choice;
  } else if (key.type === 'integer') {
    if (typeof value === 'number' && isInRange(key, value)) return value;
  } else if (typeof value === key.type && value !== '') {
    return value as string | boolean;
  }
  throw new Error(`${key.path} (${raw.source}): expected ${allowedValues(key)}, got ${describe(raw.value)}`);
}

function fromText(key: ConfigKey, text: string): unknown {
  if (key.type === 'integer') return /^[+-]?\d+$/.test(text.trim()) ? Number(text) : text;
  if (key.type === 'boolean') {
    const lower = text.trim().toLowerCase();
    if (lower === 'true' || lower === '1') return true;
    if (lower === 'false' || lower === '0') return false;
  }
  return text;
}

function isInRange(
  { minimum = 0, maximum = Number.MAX_SAFE_INTEGER, multipleOf = 1 }: ConfigKey,
  value: number,
) {
  return Number.isInteger(value) && value >= minimum && value <= maximum && value % multipleOf === 0;
}

/** What a setting may hold, in words: `an integer from 0 to 65535`. */
export function allowedValues(key: ConfigKey): string {
  if (key.enum !== undefined) return `one of ${key.enum.join(', ')}`;
  if (key.type === 'boolean') return 'true or false';
  if (key.type === 'string') return 'a text that is not empty';
  const step = key.multipleOf === undefined ? '' : ` in steps of ${key.multipleOf}`;
  return `an integer from ${key.minimum} to ${key.maximum}${step}`;
}

function buildConfig(values: ReadonlyMap<string, unknown>): Config {
  const root: Record<string, unknown> = {};
  for (const [keyPath, value] of values) {
    const [first, second] = keyPath.split('.') as [string, string?];
    if (second === undefined) root[first] = value;
    else root[first] = Object.assign(root[first] ?? {}, { [second]: value });
  }
  const config = root as { -readonly [Section in keyof Config]: Config[Section] };
  config.threads = resolveThreads(config.threads);
  for (const section of Object.values(config)) Object.freeze(section);
  return Object.freeze(config);
}

function resolveThreads({ search, background }: Config['threads']): Config['threads'] {
  const cores = availableParallelism();
  return {
    search: search === 0 ? Math.max(1, cores - 1) : search,
    background: background === 0 ? Math.max(2, Math.floor(cores / 2)) : background,
  };
}

function isSection(name: string): boolean {
  for (const key of CONFIG_KEYS.keys()) if (key.startsWith(`${name}.`)) return true;
  return false;
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
