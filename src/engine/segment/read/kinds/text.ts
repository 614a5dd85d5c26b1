import type { Filter } from '../../../../../schemas/filter.ts';
import type { TextInterface } from '../../../../../schemas/text-query.ts';
import { badRequest } from '../../../../shared/errors.ts';
import type { Bm25 } from '../../../query/bm25.ts';
import { TopK } from '../../../query/top-k.ts';
import { atOneMoment } from '../moment.ts';
import { batchesWithout, rowAt, rowKey, rowsOfSegments } from '../rows.ts';
import { type Execution, inputRows, type Stage, type StageContext, type StageInput } from '../stage.ts';
import { elementScores } from '../element-scores.ts';
import { corpusOf } from '../idf.ts';
import { IndexedTexts } from '../indexed-texts.ts';
import { textScores } from '../text-scores.ts';

const K = 1.2;
const B = 0.75;

/**
 * Points that have any of the words of a text under an indexed key. Frequencies and lengths are those of all points that
 * have words there, whatever the filter is.
 * @throws NEARIFY_BAD_REQUEST
 */
export function textStage(text: TextInterface, context: StageContext): Stage {
  const { using, params } = context;
  if (using === '') throw badRequest('A text query needs `using` to name the payload field to search');
  const texts = IndexedTexts.find(context.collection, using);
  if (texts === undefined) {
    throw badRequest(`A text query needs a text index with \`scoring\` on \`${using}\``);
  }
  const { query, scoring } = typeof text === 'string' ? { query: text } : text;
  const bm25 = checked({ k: scoring?.bm25.k ?? K, b: scoring?.bm25.b ?? B });
  const words = texts.words(query);
  const corpus = corpusOf(params?.idf);
  return {
    run: (execution, input) => {
      const { collection, cancel, excluded } = execution;
      const { matching, ...rows } = atOneMoment(collection, () => textRows(execution, input, corpus));
      const scoresOf = texts.isOfElements ? elementScores : textScores;
      const scores = scoresOf({ texts, words, bm25 }, rows, cancel);
      const best = new TopK(input.limit);
      const batches =
        input.sources === undefined
          ? batchesWithout(collection, { matching, excluded }, cancel)
          : inputRows(execution, input);
      for (const { segment, offsets } of batches) {
        const known = scores.get(segment);
        if (known === undefined) continue;
        const first = rowKey({ segment, offset: 0 });
        for (const offset of offsets) {
          const score = Math.fround(known[offset] ?? 0);
          if (score > (input.threshold ?? 0)) best.offer(score, first + offset);
        }
      }
      return best.sorted().map(({ score, name }) => ({ ...rowAt(collection, name), score }));
    },
  };
}

/** All rows, those that frequencies are taken of and those that are looked for. */
function textRows({ collection, cancel }: Execution, { filter }: StageInput, corpus: Filter | undefined) {
  const visible = rowsOfSegments(collection, undefined, cancel);
  return {
    visible,
    corpus: corpus === undefined ? visible : rowsOfSegments(collection, corpus, cancel),
    matching: rowsOfSegments(collection, filter, cancel),
  };
}

function checked(bm25: Bm25): Bm25 {
  const { k, b } = bm25;
  if (k < 0) throw badRequest(`BM25 k value ${k} is invalid. Must be 0.0 or larger.`);
  if (b < 0 || b > 1) throw badRequest(`BM25 b value ${b} is invalid. Must be from 0.0 to 1.0.`);
  return bm25;
}
