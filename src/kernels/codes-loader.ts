import { readFileSync } from 'node:fs';
import type { FormName } from './codes-layout.ts';
import type { SearchKernels } from './loader.ts';

type Pointer = number;

/**
 * The functions of codes.wasm over a memory of codes-layout.ts. `area` is the address of the calling thread's area, whose
 * numbers a caller writes first: those of the vector, then zeros up to the width. `reference-codes.ts` holds the same in
 * plain TypeScript.
 */
export interface CodesKernels {
  /** Constant number `index` of CODES_CONSTANTS as the kernels were compiled with. */
  codesConstant(index: number): number;
  /** Codes the numbers in the area as row `offset`; they are changed. O(width). */
  encodeRow(area: Pointer, offset: number): void;
  /** Makes the numbers in the area the query that the area's scores are of; they are changed. O(width). */
  prepareQuery(area: Pointer): void;
  /** Makes the numbers in the area centroid `number` of every part. */
  seedCentroid(area: Pointer, number: number): void;
  /** Adds the numbers in the area to the sums of the nearest centroids. O(width · CENTROIDS). */
  addToCentroids(area: Pointer): void;
  /** Moves each centroid to the middle of what was added to it, if anything was. */
  moveCentroids(): void;
  /** Writes the approximate scores of the rows `from` ≤ offset < `to` as float32 to `out`; larger is better. */
  scoreRows(area: Pointer, from: number, to: number, out: Pointer): void;
}

/** The functions that quantized.wasm calls, by form. */
const SCORES: Readonly<Record<FormName, string>> = {
  bits: 'scoreBits',
  sharedBits: 'scoreBits',
  twoBits: 'scoreBits',
  nibbles: 'scoreNibbles',
  bytes: 'scoreBytes',
  product: 'scoreProduct',
};

const modules = new Map<string, WebAssembly.Module>();

/** Compiles a module when a thread first needs it: most never do. */
function moduleOf(name: 'codes' | 'quantized'): WebAssembly.Module {
  const known = modules.get(name);
  if (known !== undefined) return known;
  const module = new WebAssembly.Module(readFileSync(new URL(`./${name}.wasm`, import.meta.url)));
  modules.set(name, module);
  return module;
}

/** The kernels over a memory of codes. Cheap: nothing is copied. */
export function attachCodes(memory: WebAssembly.Memory): CodesKernels {
  const instance = new WebAssembly.Instance(moduleOf('codes'), { env: { memory } });
  return instance.exports as unknown as CodesKernels;
}

/** The search of the graphs in a segment's memory, by codes and the query that was prepared in `area`. */
export function attachQuantizedSearch(
  memory: WebAssembly.Memory,
  { codes, form, area }: { codes: CodesKernels; form: FormName; area: Pointer },
): SearchKernels {
  const scores = codes as unknown as Readonly<Record<string, () => void>>;
  const foreign = { scoreFour: scores[SCORES[form]], area };
  const instance = new WebAssembly.Instance(moduleOf('quantized'), { env: { memory }, foreign });
  return instance.exports as unknown as SearchKernels;
}
