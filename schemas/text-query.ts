/** Queries for texts, ranked by BM25 over a text index. */
import { Type, type Static } from 'typebox';
import { component } from './component.ts';
import { float64, opt } from './scalars.ts';

export const Bm25Params = component(
  'Bm25Params',
  Type.Object({
    k: opt(float64(), { description: 'How much it counts that a word occurs again, 1.2 if not given.' }),
    b: opt(float64(), { description: 'From 0, lengths do not count, to 1; 0.75 if not given.' }),
  }),
);
export type Bm25Params = Static<typeof Bm25Params>;

export const Bm25Scoring = component('Bm25Scoring', Type.Object({ bm25: Bm25Params }));
export type Bm25Scoring = Static<typeof Bm25Scoring>;

export const TextQueryScoring = component('TextQueryScoring', Type.Union([Bm25Scoring]));
export type TextQueryScoring = Static<typeof TextQueryScoring>;

export const TextQueryInput = component(
  'TextQueryInput',
  Type.Object({
    query: Type.String({ description: 'Taken apart as the index takes texts apart.' }),
    scoring: opt(TextQueryScoring),
  }),
);
export type TextQueryInput = Static<typeof TextQueryInput>;

export const TextInterface = component('TextInterface', Type.Union([Type.String(), TextQueryInput]));
export type TextInterface = Static<typeof TextInterface>;

export const TextQuery = component(
  'TextQuery',
  Type.Object(
    { text: TextInterface },
    { description: 'Points with any of the words under the key `using`.' },
  ),
);
export type TextQuery = Static<typeof TextQuery>;
