/** `with_payload`: which part of a stored payload an answer shows. */
import type { WithPayloadInterface } from '../../../schemas/common.ts';
import {
  type PayloadObject,
  type PayloadValue,
  parsePayload,
  stringifyPayload,
} from '../../shared/json/lossless.ts';
import type { JsonWriter } from '../../shared/json/writer.ts';
import { EVERY, type PathStep, parsePath } from './path.ts';
import { isPayloadArray, isPayloadObject } from './values.ts';

export interface PayloadSelector {
  /** Writes the selected part of a payload, given as stored text, as a JSON object. */
  write(writer: JsonWriter, payload: Uint8Array): void;
}

/** The listed paths as a tree of their steps. */
interface PathTree {
  /** A listed path ends here. */
  isEnd: boolean;
  readonly next: Map<PathStep, PathTree>;
}

function treeOf(paths: readonly string[]): PathTree {
  const root: PathTree = { isEnd: false, next: new Map() };
  for (const path of paths) {
    let node = root;
    for (const step of parsePath(path)) {
      const child = node.next.get(step) ?? { isEnd: false, next: new Map() };
      node.next.set(step, child);
      node = child;
    }
    node.isEnd = true;
  }
  return root;
}

/** JSON text of a container from those of its children that `print` returns text for. */
function printChildren(
  container: PayloadObject | readonly PayloadValue[],
  print: (child: PayloadValue, step: PathStep) => string | undefined,
): string {
  const parts: string[] = [];
  if (isPayloadArray(container)) {
    for (const child of container) {
      const text = print(child, EVERY);
      if (text !== undefined) parts.push(text);
    }
    return `[${parts.join(',')}]`;
  }
  for (const [key, child] of Object.entries(container)) {
    const text = print(child, key);
    if (text !== undefined) parts.push(`${JSON.stringify(key)}:${text}`);
  }
  return `{${parts.join(',')}}`;
}

const isContainer = (value: PayloadValue): value is PayloadObject | readonly PayloadValue[] =>
  isPayloadArray(value) || isPayloadObject(value);

/** Keeps what agrees with a listed path as far as both go, so that a number at `a` is kept for the path `a.b`. */
function printIncluded(value: PayloadValue, tree: PathTree): string {
  if (tree.isEnd || !isContainer(value)) return stringifyPayload(value);
  return printChildren(value, (child, step) => {
    const below = tree.next.get(step);
    return below === undefined ? undefined : printIncluded(child, below);
  });
}

/** Drops what a listed path leads to. */
function printUnlessExcluded(value: PayloadValue, tree: PathTree): string {
  if (!isContainer(value)) return stringifyPayload(value);
  return printChildren(value, (child, step) => {
    const below = tree.next.get(step);
    if (below === undefined) return stringifyPayload(child);
    return below.isEnd ? undefined : printUnlessExcluded(child, below);
  });
}

const WHOLE: PayloadSelector = { write: (writer, payload) => writer.bytes(payload) };

function partSelector(
  paths: readonly string[],
  print: (value: PayloadValue, tree: PathTree) => string,
): PayloadSelector {
  const tree = treeOf(paths);
  return { write: (writer, payload) => writer.json(print(parsePayload(payload), tree)) };
}

/**
 * Prepares a selection: undefined for none at all, a copy of the stored text for `true`. An array's elements are the
 * step `[]` of a path; a path with an index selects no element. Containers that lose everything stay, empty.
 *
 * @throws NEARIFY_FORMAT for a path that does not parse
 */
export function compileSelector(withPayload: WithPayloadInterface): PayloadSelector | undefined {
  if (withPayload === false) return undefined;
  if (withPayload === true) return WHOLE;
  if (Array.isArray(withPayload)) return partSelector(withPayload, printIncluded);
  if ('include' in withPayload) return partSelector(withPayload.include, printIncluded);
  return partSelector(withPayload.exclude, printUnlessExcluded);
}
