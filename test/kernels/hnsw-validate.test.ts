import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GraphHandle } from '../../src/engine/index/hnsw/graph.ts';
import { assertValidGraph } from '../../src/engine/index/hnsw/validate.ts';
import { GRAPH, NODE, STATE_ABSENT, STATE_LINKED, STATE_TREE_SHIFT } from '../../src/kernels/graph-layout.ts';
import { attachGraph, createGraphMemory, linkAll, writeRows } from '../recall/graph-memory.ts';
import { clustered } from '../recall/measure.ts';

const DIM = 8;
const COUNT = 200;

/** Word index of word `word` of a node. */
const nodeWord = ({ graph }: GraphHandle, offset: number, word: number): number =>
  (graph.nodes + offset * graph.nodeStrideBytes) / 4 + word;

const headWord = ({ graph }: GraphHandle, name: keyof typeof GRAPH): number => graph.head / 4 + GRAPH[name];

function add(words: Uint32Array, at: number, value: number): void {
  words[at] = (words[at] ?? 0) + value;
}

/** Takes every link to row `offset` away, as a faulty insert would leave it. */
function isolate(handle: GraphHandle, offset: number): void {
  const { words } = handle;
  for (let other = 0; other < COUNT; other++) {
    const count = nodeWord(handle, other, NODE.count);
    const first = nodeWord(handle, other, NODE.links);
    const kept = words.slice(first, first + (words[count] ?? 0)).filter((link) => link !== offset);
    words.set(kept, first);
    words[count] = kept.length;
    words[nodeWord(handle, other, NODE.state)] = (words[nodeWord(handle, other, NODE.state)] ?? 0) & 0xffff;
  }
}

const FAULTS: readonly [string, RegExp, (handle: GraphHandle) => void][] = [
  ['a lock that is held', /locked/, (h) => add(h.words, nodeWord(h, 3, NODE.lock), 1)],
  [
    'a row taken but not linked',
    /201 rows taken, 200 linked/,
    (h) => add(h.words, headWord(h, 'claimedCount'), 1),
  ],
  ['a wrong count', /201 nodes counted, there are 200/, (h) => add(h.words, headWord(h, 'nodeCount'), 1)],
  ['a row not linked', /row 0 is not linked/, (h) => add(h.words, nodeWord(h, 0, NODE.state), -STATE_LINKED)],
  [
    'a row without its vector',
    /row 0 is wrongly a node/,
    (h) => add(h.words, nodeWord(h, 0, NODE.state), STATE_ABSENT),
  ],
  [
    'a link past the end',
    /which is no node/,
    (h) => h.words.fill(COUNT, nodeWord(h, 5, NODE.links + 1), nodeWord(h, 5, NODE.links + 2)),
  ],
  [
    'a link to itself',
    /name the row itself/,
    (h) => h.words.fill(5, nodeWord(h, 5, NODE.links + 1), nodeWord(h, 5, NODE.links + 2)),
  ],
  [
    'too many links',
    /are too many/,
    (h) => h.words.fill(99, nodeWord(h, 5, NODE.count), nodeWord(h, 5, NODE.count) + 1),
  ],
  [
    'a link named twice',
    /twice/,
    (h) =>
      h.words.copyWithin(
        nodeWord(h, 5, NODE.links + 1),
        nodeWord(h, 5, NODE.links),
        nodeWord(h, 5, NODE.links + 1),
      ),
  ],
  [
    'a tree link too many',
    /no way back/,
    (h) =>
      h.words.fill(
        (20 << STATE_TREE_SHIFT) | STATE_LINKED,
        nodeWord(h, 5, NODE.state),
        nodeWord(h, 5, NODE.state) + 1,
      ),
  ],
  [
    'an entry point that is no node',
    /entry point 4999 is no node/,
    (h) => h.words.fill(5000, headWord(h, 'entry'), headWord(h, 'entry') + 1),
  ],
  ['a node that nothing links to', /1 of 200 nodes cannot be reached/, (h) => isolate(h, 42)],
];

for (const [fault, message, damage] of FAULTS) {
  test(`the validator finds ${fault}`, () => {
    const target = createGraphMemory({ metric: 'Dot', dim: DIM, capacity: COUNT });
    const handle = attachGraph(target);
    writeRows(target, handle, clustered(COUNT, DIM, 1));
    linkAll(handle, COUNT);
    assertValidGraph(handle);
    damage(handle);
    assert.throws(() => assertValidGraph(handle), message);
  });
}
