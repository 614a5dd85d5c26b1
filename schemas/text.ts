/** How texts are taken apart: tokenizers, stopwords, stemmers; shared by text indexes and the BM25 model. */
import { Type, type Static } from 'typebox';
import { component } from './component.ts';
import { float64, oneOf, opt, uint } from './scalars.ts';

export const TokenizerType = component(
  'TokenizerType',
  oneOf(['prefix', 'whitespace', 'word', 'multilingual', 'code']),
);
export type TokenizerType = Static<typeof TokenizerType>;

export const Language = component(
  'Language',
  oneOf([
    'arabic',
    'azerbaijani',
    'basque',
    'bengali',
    'catalan',
    'chinese',
    'danish',
    'dutch',
    'english',
    'finnish',
    'french',
    'german',
    'greek',
    'hebrew',
    'hinglish',
    'hungarian',
    'indonesian',
    'italian',
    'japanese',
    'kazakh',
    'nepali',
    'norwegian',
    'portuguese',
    'romanian',
    'russian',
    'slovene',
    'spanish',
    'swedish',
    'tajik',
    'turkish',
  ]),
);
export type Language = Static<typeof Language>;

export const StopwordsSet = component(
  'StopwordsSet',
  Type.Object({
    languages: opt(Type.Array(Language, { uniqueItems: true })),
    custom: opt(Type.Array(Type.String(), { uniqueItems: true })),
  }),
);
export type StopwordsSet = Static<typeof StopwordsSet>;

export const StopwordsInterface = component('StopwordsInterface', Type.Union([Language, StopwordsSet]));
export type StopwordsInterface = Static<typeof StopwordsInterface>;

export const Snowball = component('Snowball', oneOf(['snowball']));
export type Snowball = Static<typeof Snowball>;

export const SnowballLanguage = component(
  'SnowballLanguage',
  oneOf([
    'arabic',
    'armenian',
    'danish',
    'dutch',
    'english',
    'finnish',
    'french',
    'german',
    'greek',
    'hungarian',
    'italian',
    'norwegian',
    'portuguese',
    'romanian',
    'russian',
    'spanish',
    'swedish',
    'tamil',
    'turkish',
  ]),
);
export type SnowballLanguage = Static<typeof SnowballLanguage>;

export const SnowballParams = component(
  'SnowballParams',
  Type.Object({ type: Snowball, language: SnowballLanguage }),
);
export type SnowballParams = Static<typeof SnowballParams>;

export const NoStemmer = component('NoStemmer', oneOf(['none']));
export type NoStemmer = Static<typeof NoStemmer>;

export const DisabledStemmerParams = component('DisabledStemmerParams', Type.Object({ type: NoStemmer }));
export type DisabledStemmerParams = Static<typeof DisabledStemmerParams>;

export const StemmingAlgorithm = component(
  'StemmingAlgorithm',
  Type.Union([SnowballParams, DisabledStemmerParams]),
);
export type StemmingAlgorithm = Static<typeof StemmingAlgorithm>;

/** What a text index and the BM25 model have in common. */
export const tokenization = () => ({
  tokenizer: Type.Optional(TokenizerType),
  min_token_len: opt(uint()),
  max_token_len: opt(uint()),
  lowercase: opt(Type.Boolean()),
  ascii_folding: opt(Type.Boolean()),
  stopwords: opt(StopwordsInterface),
  stemmer: opt(StemmingAlgorithm),
});

export const Bm25Config = component(
  'Bm25Config',
  Type.Object({
    k: Type.Optional(float64({ default: 1.2 })),
    b: Type.Optional(float64({ default: 0.75 })),
    avg_len: Type.Optional(float64({ default: 256, description: 'Average length of a text, in tokens.' })),
    language: opt(Type.String()),
    ...tokenization(),
  }),
);
export type Bm25Config = Static<typeof Bm25Config>;

export const DocumentOptions = component(
  'DocumentOptions',
  Type.Union([
    Type.Unsafe<Record<string, unknown>>({ type: 'object', additionalProperties: true }),
    Bm25Config,
  ]),
);
export type DocumentOptions = Static<typeof DocumentOptions>;
