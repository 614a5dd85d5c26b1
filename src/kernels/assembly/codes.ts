// The exports of codes.wasm, over the memory of codes-layout.ts: the codes of one quantized vector of a segment. The
// walk through the graph (quantized.ts) lies in another memory and calls the score functions of this module.

import { encodeBits, prepareBits, scoreBits } from './code-bits';
import {
  CODES_FORM,
  CODES_SIGNS,
  CODES_WIDTH,
  floatsOf,
  FORM_BYTES,
  FORM_NIBBLES,
  FORM_PRODUCT,
  header,
} from './code-memory';
import { encodeBytes, encodeNibbles, prepareNumbers, scoreBytes, scoreNibbles } from './code-numbers';
import { encodeProduct, prepareProduct, scoreProduct } from './code-product';
import { rotate } from './rotation';

export { codesConstant } from './code-memory';
export { addToCentroids, moveCentroids, seedCentroid } from './code-product';
export { scoreBits, scoreBytes, scoreNibbles, scoreProduct };

function rotateFloats(area: usize): void {
  const signs: usize = header(CODES_SIGNS);
  if (signs) rotate(floatsOf(area), header(CODES_WIDTH), signs);
}

/** Codes the numbers in a thread's area, padded with zeros to the width, as row `offset`. They may be changed. */
export function encodeRow(area: usize, offset: u32): void {
  rotateFloats(area);
  const form = header(CODES_FORM);
  if (form == FORM_BYTES) encodeBytes(area, offset);
  else if (form == FORM_NIBBLES) encodeNibbles(area, offset);
  else if (form == FORM_PRODUCT) encodeProduct(area, offset);
  else encodeBits(area, offset);
}

/** Makes the numbers in a thread's area the query that its scores are of. They may be changed. */
export function prepareQuery(area: usize): void {
  rotateFloats(area);
  const form = header(CODES_FORM);
  if (form == FORM_PRODUCT) prepareProduct(area);
  else if (form >= FORM_NIBBLES) prepareNumbers(area);
  else prepareBits(area);
}

/** Writes the scores of the rows `from` ≤ offset < `to` to `out`, for tests: JavaScript cannot take four at a time. */
export function scoreRows(area: usize, from: u32, to: u32, out: usize): void {
  const form = header(CODES_FORM);
  for (; from < to; from++, out += 4) {
    let score: v128;
    if (form == FORM_BYTES) score = scoreBytes(area, from, from, from, from);
    else if (form == FORM_NIBBLES) score = scoreNibbles(area, from, from, from, from);
    else if (form == FORM_PRODUCT) score = scoreProduct(area, from, from, from, from);
    else score = scoreBits(area, from, from, from, from);
    store<f32>(out, f32x4.extract_lane(score, 0));
  }
}
