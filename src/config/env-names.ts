import { CONFIG_KEYS } from './schema.ts';

const NATIVE_PREFIX = 'NEARIFY__';
const QDRANT_PREFIX = 'QDRANT__';

/** Settings that Qdrant keeps elsewhere in its tree. */
const QDRANT_ALIASES: ReadonlyMap<string, string> = new Map([
  ['storage.performance.max_search_threads', 'threads.search'],
]);

/** A setting as an environment variable gives it. */
export interface EnvSetting {
  readonly path: string;
  readonly text: string;
  readonly variable: string;
}

export interface EnvReading {
  /** Lowest precedence first: the `NEARIFY__` spelling comes after the `QDRANT__` one. */
  readonly settings: readonly EnvSetting[];
  /** Variables with the prefix that name no setting, by precedence of the prefix. */
  readonly unknownNative: readonly EnvSetting[];
  readonly unknownQdrant: readonly EnvSetting[];
}

/** `service.http_port` as `NEARIFY__SERVICE__HTTP_PORT`. */
export function envName(path: string): string {
  return NATIVE_PREFIX + path.toUpperCase().replaceAll('.', '__');
}

/** Finds the settings among the environment's variables. Empty variables count as unset, as compose files produce them. */
export function readEnvironment(env: Readonly<Record<string, string | undefined>>): EnvReading {
  const native = settingsWithPrefix(env, NATIVE_PREFIX);
  const qdrant = settingsWithPrefix(env, QDRANT_PREFIX, QDRANT_ALIASES);
  return {
    settings: [...qdrant, ...native].filter(isKnown),
    unknownNative: native.filter((setting) => !isKnown(setting)),
    unknownQdrant: qdrant.filter((setting) => !isKnown(setting)),
  };
}

function isKnown(setting: EnvSetting): boolean {
  return CONFIG_KEYS.has(setting.path);
}

function settingsWithPrefix(
  env: Readonly<Record<string, string | undefined>>,
  prefix: string,
  aliases?: ReadonlyMap<string, string>,
): EnvSetting[] {
  const settings: EnvSetting[] = [];
  for (const [variable, text] of Object.entries(env)) {
    if (!variable.startsWith(prefix) || text === undefined || text === '') continue;
    const path = variable.slice(prefix.length).toLowerCase().replaceAll('__', '.');
    settings.push({ path: aliases?.get(path) ?? path, text, variable });
  }
  return settings;
}
