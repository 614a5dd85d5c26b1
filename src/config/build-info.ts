import { readFileSync } from 'node:fs';

/** The release of Qdrant's API that this server speaks; clients compare their own version with it. */
export const API_VERSION = '1.19.1';

const UNKNOWN_COMMIT = '0'.repeat(40);
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * The commit that runs: from the environment (set when a container image is built), else from the clone's own files, else
 * forty zeros. Reads two small files: call it at start.
 */
export function buildCommit(env: Readonly<Record<string, string | undefined>>): string {
  const given = env.NEARIFY_COMMIT;
  if (given !== undefined && COMMIT.test(given)) return given;
  const head = readGitFile('HEAD');
  const ref = head?.startsWith('ref: ') ? head.slice('ref: '.length) : undefined;
  const commit = ref === undefined ? head : (readGitFile(ref) ?? packedCommit(ref));
  return commit !== undefined && COMMIT.test(commit) ? commit : UNKNOWN_COMMIT;
}

function packedCommit(ref: string): string | undefined {
  const line = readGitFile('packed-refs')
    ?.split('\n')
    .find((text) => text.endsWith(` ${ref}`));
  return line?.split(' ', 1)[0];
}

/** A file of the clone's git folder; undefined if this is no clone. Sources lie two folders deep, built files three. */
function readGitFile(name: string): string | undefined {
  for (const root of ['../../', '../../../']) {
    try {
      return readFileSync(new URL(`${root}.git/${name}`, import.meta.url), 'utf8').trim();
    } catch {
      // Not a clone, or not this depth.
    }
  }
  return undefined;
}
