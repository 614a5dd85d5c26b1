import { inverseFrequency, keptLength, wordScore } from '../../query/bm25.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Segment } from '../segment.ts';
import type { IndexedTexts } from './indexed-texts.ts';
import type { TextRanking, TextRows } from './text-scores.ts';
import { hasRow, type RowBitmap } from './visible-rows.ts';

/** An element of an array that has at least one of the words. */
interface FoundElement {
  readonly segment: Segment;
  readonly row: number;
  /** How often it has each word. */
  readonly counts: readonly number[];
  readonly length: number;
  readonly isInCorpus: boolean;
}

const READS_BETWEEN_CHECKS = 256;

/**
 * As `textScores`, for a text index whose documents are the elements of arrays: a row has the score of its best element.
 * Looks at the payload of every row that has one of the words.
 */
export function elementScores(
  { texts, words, bm25 }: TextRanking,
  rows: TextRows,
  cancel: Cancellation,
): ReadonlyMap<Segment, Float64Array> {
  const { average, inCorpus } = statistics(texts, rows, cancel);
  const found = Array.from(foundElements(texts, words, rows, cancel));
  const weights = words.map((_, w) => {
    const frequency = found.filter(({ counts, isInCorpus }) => isInCorpus && counts[w]! > 0).length;
    // A row that was replaced a moment ago is found, but its old payload was not counted any more.
    return inverseFrequency(Math.max(inCorpus, frequency), frequency);
  });
  const scores = new Map(
    rows.visible.map(({ segment, rows: { count } }) => [segment, new Float64Array(count)]),
  );
  for (const { segment, row, counts, length } of found) {
    const score = counts.reduce(
      (sum, count, w) => sum + (count === 0 ? 0 : wordScore(bm25, weights[w]!, count, length / average)),
      0,
    );
    const best = scores.get(segment)!;
    best[row] = Math.max(best[row]!, score);
  }
  return scores;
}

/** The average length of all elements with words, and how many of them frequencies are taken of. */
function statistics(
  texts: IndexedTexts,
  { visible, corpus }: TextRows,
  cancel: Cancellation,
): { average: number; inCorpus: number } {
  let total = 0;
  let count = 0;
  let inCorpus = 0;
  for (const [i, { segment, rows: shown }] of visible.entries()) {
    const { values, rows, length } = texts.elementLengths(segment, cancel);
    for (let j = 0; j < length; j++) {
      if (!hasRow(shown, rows[j]!)) continue;
      total += keptLength(values[j]!);
      count++;
      if (hasRow(corpus[i]!.rows, rows[j]!)) inCorpus++;
    }
  }
  return { average: count === 0 ? 1 : total / count, inCorpus };
}

function* foundElements(
  texts: IndexedTexts,
  words: readonly string[],
  { visible, corpus }: TextRows,
  cancel: Cancellation,
): Generator<FoundElement> {
  let reads = 0;
  for (const [i, { segment, rows: shown }] of visible.entries()) {
    for (const row of rowsWithAny(texts, words, segment, shown)) {
      if (reads++ % READS_BETWEEN_CHECKS === 0) cancel.check();
      const isInCorpus = hasRow(corpus[i]!.rows, row);
      for (const tokens of texts.elements(segment, row)) {
        const counts = words.map((word) => tokens.reduce((sum, token) => sum + (token === word ? 1 : 0), 0));
        if (counts.every((count) => count === 0)) continue;
        yield { segment, row, counts, length: keptLength(tokens.length), isInCorpus };
      }
    }
  }
}

function rowsWithAny(
  texts: IndexedTexts,
  words: readonly string[],
  segment: Segment,
  shown: RowBitmap,
): ReadonlySet<number> {
  const rows = new Set<number>();
  for (const word of words) {
    texts.eachRow(segment, word, (row) => {
      if (hasRow(shown, row)) rows.add(row);
    });
  }
  return rows;
}
