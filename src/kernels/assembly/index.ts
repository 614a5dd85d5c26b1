// The exports of kernels.wasm. They take pointers and counts, allocate nothing and keep no state: many instances, one a
// thread, work on the same memory. loader.ts holds their types.
export { bitmapAnd, bitmapAndNot, bitmapCopy, bitmapCount, bitmapFill, bitmapOr } from './bitmap';
export { columnBox, columnEquals, columnFloats, columnIntegers, columnScatter } from './column';
export { layoutConstant } from './constants';
export { normalise, similarity } from './distance';
export { heapOffer, heapSort } from './heap';
export { scanTopK, scoreOffsets, scoreRange } from './scan';
export { graphConstant } from './hnsw-constants';
export { advanceLinked, insertRange } from './hnsw-insert';
export { searchScan } from './hnsw-scan';
export {
  searchBegin,
  searchBounds,
  searchEnd,
  searchEndByCodes,
  searchFound,
  searchRun,
} from './hnsw-search';
export { encodeQuery, encodeRow, rowCoefficients, scoreCodes } from './quantize';
export { multiScan, multiScoreOffsets, maxSim } from './multi';
export { countRows, sideConstant } from './side';
export { sparseAppend, sparseForget, sparseFrequency, sparseList } from './sparse-index';
export { sparseBegin, sparseDot, sparseScan, sparseScoreOffsets, sparseSearch } from './sparse-search';
