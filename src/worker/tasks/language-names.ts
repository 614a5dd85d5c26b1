import { languageNamed } from '../../engine/payload/text/languages.ts';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fullName = (language: unknown): unknown =>
  typeof language === 'string' ? languageNamed(language) : language;

/** A request for a payload index with the full names of languages in the place of aliases such as `en`. */
export function withLanguageNames(request: unknown): unknown {
  if (!isObject(request) || !isObject(request.field_schema)) return request;
  const { stopwords, stemmer, ...schema } = request.field_schema;
  return {
    ...request,
    field_schema: {
      ...schema,
      ...(stopwords !== undefined && { stopwords: namedStopwords(stopwords) }),
      ...(stemmer !== undefined && { stemmer: isObject(stemmer) ? namedStemmer(stemmer) : stemmer }),
    },
  };
}

function namedStopwords(stopwords: unknown): unknown {
  if (!isObject(stopwords) || !Array.isArray(stopwords.languages)) return fullName(stopwords);
  return { ...stopwords, languages: stopwords.languages.map(fullName) };
}

function namedStemmer(stemmer: Json): Json {
  return 'language' in stemmer ? { ...stemmer, language: fullName(stemmer.language) } : stemmer;
}
