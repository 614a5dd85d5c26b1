import snowball from 'snowball-stemmers';
import { languageNamed } from './languages.ts';

/** Brings a word to its stem. */
export type Stemmer = (word: string) => string;

const LANGUAGES: ReadonlySet<string> = new Set([
  'arabic',
  'armenian',
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
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
]);

const stemmers = new Map<string, Stemmer>();

/** The Snowball stemmer of a language, by its name or alias; undefined if there is none. */
export function stemmerOf(language: string): Stemmer | undefined {
  const name = languageNamed(language);
  if (!LANGUAGES.has(name)) return undefined;
  const known = stemmers.get(name);
  if (known !== undefined) return known;
  const algorithm = snowball.newStemmer(name);
  const stemmer: Stemmer = (word) => algorithm.stem(word);
  stemmers.set(name, stemmer);
  return stemmer;
}
