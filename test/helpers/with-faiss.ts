import { faissFault } from '../../src/engine/index/faiss/addon.ts';

const fault = faissFault();

/** Options of tests that want FAISS: where it is not installed they are skipped and say why. */
export const withFaiss: { readonly skip: string | false } = { skip: fault ?? false };

/** Options of tests of what happens where it is not installed. */
export const withoutFaiss: { readonly skip: string | false } = {
  skip: fault === undefined && 'FAISS is installed',
};
