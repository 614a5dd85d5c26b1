import type { TokenizerType } from '../../../schemas/text.ts';
import { ServiceError, wrongInput } from '../../shared/errors.ts';
import { isJsonFloat } from '../../shared/json/lossless.ts';
import { type Analysis, DEFAULT_ANALYSIS } from '../payload/text/analyzer.ts';
import { type Bm25, documentVector, queryVector } from '../payload/text/bm25.ts';
import { type Stemmer, stemmerOf } from '../payload/text/stemmer.ts';
import { stopwordsOf } from '../payload/text/stopwords.ts';
import { SPLITTERS } from '../payload/text/tokenizer.ts';

const BM25_NAMES = ['qdrant/bm25', 'bm25'];
const BM25_DEFAULTS = { k: 1.2, b: 0.75, averageLength: 256, language: 'english' };
/** Instead of a language: no stop words, no stemmer. */
const NO_LANGUAGE = 'none';
const MODELS_MAX = 64;

/** Something to be made a vector of by a model. */
interface InferenceInput {
  readonly model: string;
  readonly text?: unknown;
  readonly options?: unknown;
}

type Options = Readonly<Record<string, unknown>>;

/** True for an object with a model, as opposed to a vector or to vectors by name. */
export function isInference(input: unknown): input is InferenceInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return false;
  const hasInput = 'text' in input || 'image' in input || 'object' in input;
  return hasInput && 'model' in input && typeof input.model === 'string';
}

/**
 * The vector of an input, as a request could have given it; what needs no model is returned as it is. A text is embedded
 * in one way to be found, in another to find others by.
 * @throws NEARIFY_NO_INFERENCE for other models than those built in, NEARIFY_WRONG_INPUT for what a model cannot take
 */
export function embedded(input: unknown, purpose: 'document' | 'query'): unknown {
  if (!isInference(input)) return input;
  if (!BM25_NAMES.includes(input.model.toLowerCase())) {
    throw new ServiceError(
      'NEARIFY_NO_INFERENCE',
      'InferenceService is not initialized. Please check if it was properly configured and initialized during startup.',
    );
  }
  if (typeof input.text !== 'string') throw wrongInput('Only text input is supported for qdrant/bm25.');
  const model = bm25(input.options);
  return purpose === 'document' ? documentVector(model, input.text) : queryVector(model, input.text);
}

/** Models by their options: most requests repeat those of others. */
const models = new Map<string, Bm25>();

function bm25(options: unknown): Bm25 {
  const given = (options ?? {}) as Options;
  const key = JSON.stringify(given);
  const known = models.get(key);
  if (known !== undefined) return known;
  if (models.size >= MODELS_MAX) models.clear();
  const model: Bm25 = {
    analysis: analysis(given),
    k: number(given, 'k') ?? BM25_DEFAULTS.k,
    b: number(given, 'b') ?? BM25_DEFAULTS.b,
    averageLength: number(given, 'avg_len') ?? BM25_DEFAULTS.averageLength,
  };
  models.set(key, model);
  return model;
}

function analysis(options: Options): Analysis {
  const language = option(options, 'language', 'string') ?? BM25_DEFAULTS.language;
  const tokenizer = option(options, 'tokenizer', 'string') ?? DEFAULT_ANALYSIS.tokenizer;
  if (!Object.hasOwn(SPLITTERS, tokenizer)) throw invalid(`unknown tokenizer \`${tokenizer}\``);
  return {
    tokenizer: tokenizer as TokenizerType,
    lowercase: option(options, 'lowercase', 'boolean') ?? true,
    asciiFolding: option(options, 'ascii_folding', 'boolean') ?? false,
    stopwords: stopwords(options.stopwords ?? language),
    stemmer: stemmer(options.stemmer, language),
    minLength: number(options, 'min_token_len') ?? DEFAULT_ANALYSIS.minLength,
    maxLength: number(options, 'max_token_len') ?? DEFAULT_ANALYSIS.maxLength,
  };
}

/** `given`: a language, or languages and words of one's own. */
function stopwords(given: unknown): ReadonlySet<string> {
  if (given === NO_LANGUAGE) return new Set();
  if (typeof given === 'string') {
    const words = stopwordsOf(given);
    if (words === undefined) throw invalid(`no stop words are known for \`${given}\``);
    return words;
  }
  if (typeof given !== 'object' || given === null) throw invalid('stopwords must be a language or a set');
  const { languages, custom } = given as Options;
  const lists = strings(languages, 'stopwords.languages').map(stopwords);
  const own = strings(custom, 'stopwords.custom').map((word) => word.toLowerCase());
  return new Set([...lists.flatMap((list) => [...list]), ...own]);
}

function stemmer(given: unknown, language: string): Stemmer | undefined {
  // A language without a stemmer of its own is left unstemmed, unless a stemmer is asked for.
  if (given === undefined || given === null) return stemmerOf(language);
  const { type, language: named } = given as Options;
  if (type === 'none') return undefined;
  if (type !== 'snowball' || typeof named !== 'string') throw invalid('unknown stemmer');
  const found = stemmerOf(named);
  if (found === undefined) throw invalid(`there is no stemmer for \`${named}\``);
  return found;
}

function strings(value: unknown, name: string): string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value as string[];
  throw invalid(`${name} must be a list of strings`);
}

function option<T extends 'string' | 'boolean'>(
  options: Options,
  key: string,
  type: T,
): (T extends 'string' ? string : boolean) | undefined {
  const value = options[key];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== type) throw invalid(`${key} must be a ${type}`);
  return value as T extends 'string' ? string : boolean;
}

function number(options: Options, key: string): number | undefined {
  const value = options[key];
  if (value === undefined || value === null) return undefined;
  const plain = isJsonFloat(value) ? value.valueOf() : value;
  if (typeof plain !== 'number' || plain < 0) throw invalid(`${key} must be a number of at least 0`);
  return plain;
}

function invalid(text: string): ServiceError {
  return wrongInput(`Invalid options for qdrant/bm25: ${text}`);
}
