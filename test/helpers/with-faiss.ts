import { faissFault } from '../../src/engine/index/faiss/addon.ts';

const fault = faissFault();

/** Options of tests that want FAISS: where it is not installed they are skipped and say why. */
export const withFaiss: { readonly skip: string | false } = { skip: fault ?? false };
