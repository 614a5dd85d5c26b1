import { createRequire } from 'node:module';

/** An index of FAISS, as the bindings have it. Labels are the numbers of the vectors in the order of their adding. */
export interface NativeIndex {
  ntotal(): number;
  /** Adds vectors, one behind the other in an array of plain numbers. */
  add(values: readonly number[]): void;
  /** The `k` best, at most `ntotal()`; -1 stands for a label that was not found. */
  search(query: readonly number[], k: number): { readonly labels: readonly number[] };
  write(file: string): void;
  /** Candidate lists of the vectors that are added, and of the searches, from now on. */
  setEf(efConstruct: number, ef: number): void;
  /** Frees the memory at once; after this no method may be called. */
  dispose(): void;
}

export interface Faiss {
  readonly Index: {
    read(file: string): NativeIndex;
    fromFactory(dim: number, description: string, metric: number): NativeIndex;
  };
}

/** Numbers of FAISS's metrics. */
export const FAISS_METRIC = { innerProduct: 0, squaredEuclid: 1 } as const;

/** Where build.mjs puts what it compiles. */
const ADDON = 'faiss-node/build/nearify.node';
const REMEDY = 'run `npm run build:faiss`, which wants g++ and, on Debian or Ubuntu, libfaiss-dev';

/** The bindings, which each thread loads for itself. @throws if they are not installed; the message names the remedy */
export function loadFaiss(addon = ADDON): Faiss {
  try {
    return createRequire(import.meta.url)(addon) as Faiss;
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND';
    const reason = isMissing ? '' : ` (${(cause as Error).message})`;
    throw new Error(`FAISS is not installed${reason}: ${REMEDY}`, { cause });
  }
}

/** Why FAISS cannot be used, with the remedy; undefined if it can. */
export function faissFault(addon = ADDON): string | undefined {
  try {
    loadFaiss(addon);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
