/** `with_payload`: which part of a stored payload an answer shows. */
import type { WithPayloadInterface } from '../../../schemas/common.ts';
import { JsonCursor, peek } from '../../shared/json/cursor.ts';
import { skipValue } from '../../shared/json/reader.ts';
import { readKey } from '../../shared/json/strings.ts';
import type { JsonWriter } from '../../shared/json/writer.ts';
import { EVERY, type PathStep, parsePath } from './path.ts';

const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

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

type Fate = 'copied' | 'dropped';

/** What becomes of the values that a path leads to, and of those that no path mentions. */
interface Rule {
  readonly listed: Fate;
  readonly others: Fate;
}

const INCLUDE: Rule = { listed: 'copied', others: 'dropped' };
const EXCLUDE: Rule = { listed: 'dropped', others: 'copied' };

function fateOf(rule: Rule, tree: PathTree | undefined): Fate | PathTree {
  if (tree === undefined) return rule.others;
  return tree.isEnd ? rule.listed : tree;
}

/**
 * Copies what the rule leaves of the value at the cursor. The text itself is cut: parsed into objects it would lose the
 * order of keys that look like numbers, and the spelling of numbers. Values that are no containers are kept, so that a
 * number at `a` is in the answer to the path `a.b`.
 */
function copyPart(cursor: JsonCursor, writer: JsonWriter, tree: PathTree, rule: Rule): void {
  const first = peek(cursor);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return copyValue(cursor, writer, cursor.position);
  const close = first === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
  writer.text(first === OPEN_BRACE ? '{' : '[');
  cursor.position += 1;
  let separator = '';
  for (let next = peek(cursor); next !== close; next = peek(cursor)) {
    if (next === COMMA) {
      cursor.position += 1;
      peek(cursor);
    }
    const start = cursor.position;
    const fate = fateOf(rule, tree.next.get(close === CLOSE_BRACE ? takeKey(cursor) : EVERY));
    if (fate === 'dropped') {
      skipValue(cursor);
      continue;
    }
    writer.text(separator);
    separator = ',';
    if (fate === 'copied') copyValue(cursor, writer, start);
    else {
      writer.bytes(cursor.bytes.subarray(start, cursor.position));
      copyPart(cursor, writer, fate, rule);
    }
  }
  cursor.position += 1;
  writer.text(close === CLOSE_BRACE ? '}' : ']');
}

/** Copies the text from `start`, at or before the cursor, to the end of the value at the cursor. */
function copyValue(cursor: JsonCursor, writer: JsonWriter, start: number): void {
  skipValue(cursor);
  writer.bytes(cursor.bytes.subarray(start, cursor.position));
}

/** Takes a key and its colon. */
function takeKey(cursor: JsonCursor): string {
  const key = readKey(cursor);
  peek(cursor);
  cursor.position += 1;
  return key;
}

const WHOLE: PayloadSelector = { write: (writer, payload) => writer.bytes(payload) };

function partSelector(paths: readonly string[], rule: Rule): PayloadSelector {
  const tree = treeOf(paths);
  return { write: (writer, payload) => copyPart(new JsonCursor(payload), writer, tree, rule) };
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
  if (Array.isArray(withPayload)) return partSelector(withPayload, INCLUDE);
  if ('include' in withPayload) return partSelector(withPayload.include, INCLUDE);
  return partSelector(withPayload.exclude, EXCLUDE);
}
