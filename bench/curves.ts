/** Curves of recall against cost, wherever they stand in the results of benches. */

export interface Curve {
  readonly name: string;
  readonly points: readonly { readonly recall: number; readonly cost: number }[];
}

/** What a curve shows beside recall: a key of its points. */
export type Cost = 'cpuMicros' | 'queriesPerSecond';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null;

/** All lists below `value` whose elements have recall and the cost, named by the keys that lead to them. */
export function curvesIn(value: unknown, cost: Cost, path: readonly string[] = []): Curve[] {
  if (!isObject(value)) return [];
  if (Array.isArray(value) && value.length > 1 && value.every((point) => isPoint(point, cost))) {
    const points = value.map((point) => ({ recall: point.recall, cost: point[cost] }));
    return [{ name: path.join(' '), points: points.toSorted((a, b) => a.recall - b.recall) }];
  }
  return Object.entries(value).flatMap(([key, item]) => curvesIn(item, cost, [...path, key]));
}

function isPoint(value: unknown, cost: Cost): value is { recall: number } & Record<Cost, number> {
  return isObject(value) && typeof value.recall === 'number' && typeof value[cost] === 'number';
}

/** All numbers below `value` by the path of keys that leads to them. */
export function numbersIn(value: unknown, path: readonly string[] = []): Map<string, number> {
  if (typeof value === 'number') return new Map([[path.join('.'), value]]);
  if (!isObject(value)) return new Map();
  const entries = Object.entries(value).flatMap(([key, item]) => [...numbersIn(item, [...path, key])]);
  return new Map(entries);
}
