import { type Bm25, inverseFrequency, keptLength, wordScore } from '../../query/bm25.ts';
import type { Cancellation } from '../cancellation.ts';
import type { Segment } from '../segment.ts';
import type { IndexedTexts } from './indexed-texts.ts';
import { BATCH_ROWS, type SegmentRows } from './rows.ts';
import { hasRow, offsetBatches, type RowBitmap } from './visible-rows.ts';

export interface TextRanking {
  readonly texts: IndexedTexts;
  readonly words: readonly string[];
  readonly bm25: Bm25;
}

/** The rows of all segments, of one moment. */
export interface TextRows {
  readonly visible: readonly SegmentRows[];
  /** Those of which the frequencies of words are taken, in the same order. */
  readonly corpus: readonly SegmentRows[];
}

/** Documents of one segment; a row without words is none. */
interface Documents {
  readonly segment: Segment;
  /** By row; 0 for rows that are no documents. */
  readonly lengths: Uint32Array;
  /** Those that frequencies are taken of. */
  readonly corpus: RowBitmap;
}

/** The score of every row that has one of the words, by its offset in its segment. O(rows + occurrences of the words) */
export function textScores(
  { texts, words, bm25 }: TextRanking,
  { visible, corpus }: TextRows,
  cancel: Cancellation,
): ReadonlyMap<Segment, Float64Array> {
  const documents = visible.map(({ segment, rows }, i): Documents => {
    cancel.check();
    return { segment, lengths: lengthsOf(texts, segment, rows), corpus: corpus[i]!.rows };
  });
  const { average, inCorpus } = statistics(documents);
  const scores = new Map(
    documents.map(({ segment, lengths }) => [segment, new Float64Array(lengths.length)]),
  );
  for (const word of words) {
    cancel.check();
    const found = documents.map((part) => occurrences(texts, word, part));
    const frequency = found.reduce((sum, { frequency: part }) => sum + part, 0);
    const weight = inverseFrequency(inCorpus, frequency);
    for (const { segment, lengths, rows, counts } of found) {
      const sums = scores.get(segment)!;
      for (const [i, row] of rows.entries()) {
        sums[row]! += wordScore(bm25, weight, counts[i]!, lengths[row]! / average);
      }
    }
  }
  return scores;
}

function lengthsOf(texts: IndexedTexts, segment: Segment, rows: RowBitmap): Uint32Array {
  const lengths = new Uint32Array(rows.count);
  for (const offsets of offsetBatches(rows, BATCH_ROWS)) {
    const found = texts.lengths(segment, offsets);
    for (let i = 0; i < offsets.length; i++) lengths[offsets[i]!] = keptLength(found[i]!);
  }
  return lengths;
}

/** The average length of all documents, and how many of them frequencies are taken of. */
function statistics(documents: readonly Documents[]): { average: number; inCorpus: number } {
  let total = 0;
  let count = 0;
  let inCorpus = 0;
  for (const { lengths, corpus } of documents) {
    for (let row = 0; row < lengths.length; row++) {
      if (lengths[row] === 0) continue;
      total += lengths[row]!;
      count++;
      if (hasRow(corpus, row)) inCorpus++;
    }
  }
  return { average: total / count, inCorpus };
}

/** The documents that have a word, how often each has it, and how many of them count for its frequency. */
function occurrences(texts: IndexedTexts, word: string, { segment, lengths, corpus }: Documents) {
  const rows: number[] = [];
  const counts: number[] = [];
  let frequency = 0;
  texts.eachRow(segment, word, (row, count) => {
    if (row >= lengths.length || lengths[row] === 0) return;
    rows.push(row);
    counts.push(count);
    if (hasRow(corpus, row)) frequency++;
  });
  return { segment, lengths, rows, counts, frequency };
}
