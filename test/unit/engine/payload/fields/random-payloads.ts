/** Random payloads of every kind of value, and filters that ask for them. */
import type { Condition, Filter } from '../../../../../schemas/filter.ts';
import type { Random } from '../../../../helpers/random.ts';

const UUIDS = ['936da01f-9abd-4d9d-80c7-02af85c822a8', '936DA01F-9ABD-4D9D-80C7-02AF85C822A9', 'no-uuid'];
const TEXTS = [
  'the red fox, and the red hen',
  'Red hen and fox',
  'red',
  'Red',
  'reddish',
  '',
  'été',
  'x'.repeat(500),
  `${'x'.repeat(500)}y`,
  '1',
];
const MOMENTS = [
  '2024-01-01',
  '2024-01-01T00:00:00Z',
  '2024-06-30 12:00',
  '1600-01-01',
  '9999-12-31T23:59:59.999999Z',
];
/** As JSON text: integers, floats with and without a fraction, and what lies beyond 2^53 and 2^63. */
const NUMBERS = [
  '0',
  '1',
  '1.0',
  '-1',
  '2',
  '2.5',
  '-0.0',
  '1e3',
  '9007199254740993',
  '9007199254740992',
  '-9223372036854775808',
  '9223372036854775807',
  '18446744073709551615',
  '1e300',
];
const PLACES = [
  '{"lon":13.4,"lat":52.5}',
  '{"lon":2.35,"lat":48.86}',
  '{"lon":179.9,"lat":-17}',
  '{"lon":-179.9,"lat":-17}',
  '{"lon":0,"lat":90}',
  '{"lon":13,"lat":52.0}',
  '{"lon":200,"lat":10}',
  '{"lon":1}',
];

const PHRASES = {
  type: 'text',
  phrase_matching: true,
  stopwords: 'english',
  stemmer: { type: 'snowball', language: 'english' },
};
const PREFIXES = { type: 'text', tokenizer: 'prefix', min_token_len: 2, max_token_len: 4 };

/** The keys that payloads have, each with the types of index that make sense for it. */
export const KEYS = {
  k: ['keyword', 'text', PHRASES, PREFIXES],
  n: ['integer', 'float'],
  d: ['datetime'],
  b: ['bool'],
  u: ['uuid', 'keyword'],
  g: ['geo'],
  'o.x': ['keyword', 'integer'],
  'a[].b': ['integer', 'keyword'],
} as const;

const pick = <T>(random: Random, values: readonly T[]): T => values[random.between(0, values.length - 1)]!;

function scalar(random: Random, kind: string): string {
  // Now and then a value of another kind.
  if (random.chance(0.08)) return pick(random, ['null', 'true', '"red"', '1', '[]', '{}', '[[1]]']);
  if (kind === 'n') return pick(random, NUMBERS);
  if (kind === 'd') return JSON.stringify(pick(random, MOMENTS));
  if (kind === 'b') return pick(random, ['true', 'false']);
  if (kind === 'u') return JSON.stringify(pick(random, UUIDS));
  if (kind === 'g') return pick(random, PLACES);
  if (kind === 'k') return JSON.stringify(pick(random, TEXTS));
  return pick(random, ['1', '2', '"red"', '"1"', 'true']);
}

function value(random: Random, kind: string): string {
  if (random.chance(0.7)) return scalar(random, kind);
  const length = random.between(0, 4);
  return `[${Array.from({ length }, () => scalar(random, kind)).join(',')}]`;
}

/** JSON text of a payload; each key is missing now and then. */
export function randomPayload(random: Random): string {
  const members: string[] = [];
  for (const key of ['k', 'n', 'd', 'b', 'u', 'g']) {
    if (random.chance(0.8)) members.push(`"${key}":${value(random, key)}`);
  }
  if (random.chance(0.7)) members.push(`"o":{"x":${value(random, 'x')}}`);
  if (random.chance(0.7)) {
    const elements = Array.from({ length: random.between(0, 3) }, () => `{"b":${value(random, 'x')}}`);
    members.push(`"a":[${elements.join(',')}]`);
  }
  return `{${members.join(',')}}`;
}

const some = <T>(random: Random, values: readonly T[]): T[] => values.filter(() => random.chance(0.4));

function range(random: Random, bounds: readonly unknown[]): object {
  const names = some(random, ['gt', 'gte', 'lt', 'lte']);
  return Object.fromEntries(
    (names.length === 0 ? ['gte'] : names).map((name) => [name, pick(random, bounds)]),
  );
}

const INTEGERS = [
  0,
  1,
  -1,
  2,
  1000,
  9_007_199_254_740_992n,
  9_007_199_254_740_993n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];
const DOUBLES = [0, 1, -1, 2, 2.5, 9_007_199_254_740_992, 2 ** 63, -(2 ** 63), 1e300, -1e300];

/** Tests that suit the values under a key, by their numbers below. */
const SUITING: Readonly<Record<string, readonly number[]>> = {
  k: [0, 1, 2, 3, 4, 5, 14, 14, 4, 5],
  n: [0, 1, 2, 6, 6, 6],
  d: [0, 8, 8, 8],
  b: [0],
  u: [0, 1, 2],
  g: [12],
};

function fieldTest(random: Random, key = ''): object {
  const strings = [...TEXTS, ...UUIDS, ...MOMENTS];
  const suiting = random.chance(0.7) ? SUITING[key] : undefined;
  switch (suiting === undefined ? random.between(0, 14) : pick(random, suiting)) {
    case 0:
      return { match: { value: pick(random, [...strings, ...INTEGERS, true, false]) } };
    case 1:
      return { match: { any: random.chance(0.5) ? some(random, strings) : some(random, INTEGERS) } };
    case 2:
      return { match: { except: random.chance(0.5) ? some(random, strings) : some(random, INTEGERS) } };
    case 3:
      return random.chance(0.6)
        ? { match: { prefix: pick(random, ['', 're', 'x'.repeat(450), '2024']) } }
        : { match: { substring: pick(random, ['', 'ed', 'red hen', 'x'.repeat(450), '-0']) } };
    case 4:
      return {
        match: { text: pick(random, ['re', 'red', '', 'X', 'HEN red', 'the', 'foxes', 'fox zebra']) },
      };
    case 5:
      return { match: { text_any: pick(random, ['re 2024', 'zz', '', 'hen zebra', 'the']) } };
    case 6:
    case 7:
      return { range: range(random, DOUBLES) };
    case 8:
      return { range: range(random, MOMENTS) };
    case 9:
      return { values_count: range(random, [0, 1, 2]) };
    case 10:
      return { is_empty: random.chance(0.5) };
    case 11:
      return { is_null: random.chance(0.5) };
    case 14:
      return {
        match: { phrase: pick(random, ['red hen', 'red fox', 'fox red', 'hens and foxes', '', 'red']) },
      };
    default:
      return geoTest(random);
  }
}

function geoTest(random: Random): object {
  const place = () => ({ lon: random.between(-180, 180), lat: random.between(-90, 90) });
  switch (random.between(0, 2)) {
    case 0: {
      const radius = pick(random, [0, 1000, 60_000, 1e6, 1e7, 3e7]);
      const center = random.chance(0.5) ? place() : { lon: 179.95, lat: -17 };
      return { geo_radius: { center, radius } };
    }
    case 1:
      return { geo_bounding_box: { top_left: place(), bottom_right: place() } };
    default: {
      const first = place();
      return { geo_polygon: { exterior: { points: [first, place(), place(), first] } } };
    }
  }
}

function condition(random: Random, depth: number): Condition {
  const others = ['a', 'missing', 'a[]', '"k"', 'k[]'];
  const key = pick(random, random.chance(0.85) ? Object.keys(KEYS) : others);
  const kind = random.between(0, 19);
  if (depth > 0 && kind < 3) return randomFilter(random, depth - 1);
  if (kind === 3) return { is_empty: { key } };
  if (kind === 4) return { is_null: { key } };
  if (kind === 5) return { has_id: some(random, [1, 2, 3, 50, 51, 700]) };
  if (kind === 6) return { slice: { total: 3, index: random.between(0, 2) } };
  if (kind === 7) return { has_vector: random.chance(0.5) ? '' : 'none' };
  if (kind === 8) {
    const inner = { key: 'b', ...fieldTest(random) } as Condition;
    return { nested: { key: 'a', filter: random.chance(0.7) ? { must: inner } : { must_not: inner } } };
  }
  return { key, ...fieldTest(random, key) } as Condition;
}

/** A valid filter, nested up to `depth` deep. */
export function randomFilter(random: Random, depth = 2): Filter {
  const conditions = () => Array.from({ length: random.between(0, 3) }, () => condition(random, depth));
  const filter: Filter = {};
  if (random.chance(0.6)) filter.must = random.chance(0.5) ? condition(random, depth) : conditions();
  if (random.chance(0.4)) filter.should = conditions();
  if (random.chance(0.3)) filter.must_not = conditions();
  if (random.chance(0.2)) filter.min_should = { conditions: conditions(), min_count: random.between(1, 3) };
  return filter;
}
