// The exports of quantized.wasm: the search of kernels.wasm compiled once more with QUANTIZED defined, so that it scores
// rows by the codes of a quantization instead of the graph's own. The graph is linked by its own codes either way.
export {
  searchBegin,
  searchBounds,
  searchEnd,
  searchEndByCodes,
  searchFound,
  searchRun,
} from './hnsw-search';
export { searchScan } from './hnsw-scan';
