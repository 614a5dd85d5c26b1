/** Letters that are no base letter with a mark, in the spelling that ASCII has for them. */
const SPELLINGS: Readonly<Record<string, string>> = {
  ß: 'ss',
  ẞ: 'SS',
  æ: 'ae',
  Æ: 'AE',
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'TH',
  ł: 'l',
  Ł: 'L',
  ħ: 'h',
  Ħ: 'H',
  ı: 'i',
  ĸ: 'q',
  ŋ: 'n',
  Ŋ: 'N',
  ŧ: 't',
  Ŧ: 'T',
};

const LATIN_WITH_MARKS = /(\p{Script=Latin})\p{M}+/gu;
const SPELLED = new RegExp(`[${Object.keys(SPELLINGS).join('')}]`, 'gu');
const ASCII = /^[\0-\x7f]*$/;

/** Latin letters without their marks, and ligatures spelled out; other scripts stay as they are. */
export function foldToAscii(text: string): string {
  if (ASCII.test(text)) return text;
  const bare = text.normalize('NFD').replaceAll(LATIN_WITH_MARKS, '$1').normalize('NFC');
  return bare.replaceAll(SPELLED, (letter) => SPELLINGS[letter]!);
}
