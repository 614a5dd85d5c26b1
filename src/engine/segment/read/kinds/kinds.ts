import type { Query, QueryInterface, VectorInput } from '../../../../../schemas/query.ts';
import type { Stage, StageContext } from '../stage.ts';
import { contextStage, discoverStage } from './discover.ts';
import { formulaStage } from './formula.ts';
import { fusionStage, rrfStage } from './fusion.ts';
import { mmrStage } from './mmr.ts';
import { nearestStage } from './nearest.ts';
import { orderByStage } from './order-by.ts';
import { recommendStage } from './recommend.ts';
import { relevanceFeedbackStage } from './relevance-feedback.ts';
import { sampleStage } from './sample.ts';
import { scrollStage } from './scroll.ts';
import { textStage } from './text.ts';

type KeyOf<Union> = Union extends unknown ? keyof Union : never;

/** The keys that make an object a query of each kind. */
type Kind = Exclude<KeyOf<Query>, 'mmr' | 'defaults'>;
type QueryOfKind<Key extends Kind> = Extract<Query, Readonly<Record<Key, unknown>>>;

/** The file of each kind of query. */
const KINDS: { readonly [Key in Kind]: (query: QueryOfKind<Key>, context: StageContext) => Stage } = {
  nearest: ({ nearest, mmr }, context) =>
    mmr ? mmrStage(nearest, mmr, context) : nearestStage(nearest, context),
  recommend: ({ recommend }, context) => recommendStage(recommend, context),
  discover: ({ discover }, context) => discoverStage(discover, context),
  context: ({ context: pairs }, context) => contextStage(pairs, context),
  relevance_feedback: ({ relevance_feedback: feedback }, context) =>
    relevanceFeedbackStage(feedback, context),
  order_by: ({ order_by: orderBy }, context) => orderByStage(orderBy, context),
  fusion: ({ fusion }, context) => fusionStage(fusion, context),
  rrf: ({ rrf }, context) => rrfStage(rrf, context),
  formula: (query, context) => formulaStage(query, context),
  sample: () => sampleStage(),
  text: ({ text }, context) => textStage(text, context),
};

/** The stage of a query: none lists points, a vector or an id means what is near to it. */
export function stageOf(query: QueryInterface | null | undefined, context: StageContext): Stage {
  if (query === undefined || query === null) return scrollStage();
  const kind = kindOf(query);
  return kind === undefined
    ? nearestStage(query as VectorInput, context)
    : stageOfKind(kind, query as Query, context);
}

function kindOf(query: QueryInterface): Kind | undefined {
  // A text with a model is a vector that is still to be made.
  if (typeof query !== 'object' || 'model' in query) return undefined;
  return (Object.keys(KINDS) as Kind[]).find((kind) => kind in query);
}

function stageOfKind<Key extends Kind>(kind: Key, query: Query, context: StageContext): Stage {
  return KINDS[kind](query as QueryOfKind<Key>, context);
}
