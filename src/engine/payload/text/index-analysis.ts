import type { TextIndexParams } from '../../../../schemas/payload-index.ts';
import type { StopwordsInterface } from '../../../../schemas/text.ts';
import { type Analysis, DEFAULT_ANALYSIS } from './analyzer.ts';
import { stemmerOf } from './stemmer.ts';
import { stopwordsOf } from './stopwords.ts';

/** How the parameters of a text index take texts apart. A language without stop words or stemmer has none. */
export function indexAnalysis(params: Partial<TextIndexParams>): Analysis {
  const { stemmer } = params;
  const lowercase = params.lowercase ?? true;
  return {
    tokenizer: params.tokenizer ?? DEFAULT_ANALYSIS.tokenizer,
    lowercase,
    asciiFolding: params.ascii_folding ?? false,
    stopwords: stopwords(params.stopwords ?? undefined, lowercase),
    stemmer: stemmer?.type === 'snowball' ? stemmerOf(stemmer.language) : undefined,
    minLength: params.min_token_len ?? DEFAULT_ANALYSIS.minLength,
    maxLength: params.max_token_len ?? DEFAULT_ANALYSIS.maxLength,
  };
}

function stopwords(given: StopwordsInterface | undefined, lowercase: boolean): ReadonlySet<string> {
  if (given === undefined) return new Set();
  const { languages, custom } = typeof given === 'string' ? { languages: [given] } : { custom: [], ...given };
  const words = (languages ?? []).flatMap((language) => [...(stopwordsOf(language) ?? [])]);
  const own = (custom ?? []).map((word) => (lowercase ? word.toLowerCase() : word));
  return new Set([...words, ...own]);
}
