import { ServiceError } from '../shared/errors.ts';
import type { Env } from './env.ts';
import { META, metaKey } from './keys.ts';

/** Version of the layout that `keys.ts` and `row-batch.ts` describe. A change of either raises it. */
export const FORMAT_VERSION = 2;

/** Stamps a new environment; call inside `env.write`. */
export function stampFormat(env: Env): void {
  env.put(metaKey(META.formatVersion), Buffer.from(JSON.stringify(FORMAT_VERSION)));
}

/** Refuses an environment of another version rather than misread it. @throws NEARIFY_STORAGE */
export function checkFormat(env: Env): void {
  const stored = env.get(metaKey(META.formatVersion))?.toString();
  if (stored === String(FORMAT_VERSION)) return;
  const found = stored === undefined ? 'no format version' : `format version ${stored}`;
  throw new ServiceError(
    'NEARIFY_STORAGE',
    `${env.path} has ${found}, this Nearify reads version ${FORMAT_VERSION}: start the version that wrote it`,
  );
}
