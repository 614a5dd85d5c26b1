import { openSync } from 'node:fs';

/** A descriptor to read the file by; undefined if there is none. @throws any other error of the file system */
export function openIfExists(file: string): number | undefined {
  try {
    return openSync(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
