/** A background thread whose task `update` does what its input says; see the test beside it. */
import { threadId } from 'node:worker_threads';
import { workerData } from 'piscina';
import { type Outcome, toWireError } from '../../../src/protocol/wire-error.ts';
import { assert } from '../../../src/shared/assert.ts';
import { wrongInput } from '../../../src/shared/errors.ts';

export interface TestInput {
  readonly do: 'claim' | 'refuse' | 'fail' | 'wait' | 'die' | 'size';
  /** For `wait` and `die`: a word that says that the task runs, and one that lets it go on. */
  readonly gate?: Int32Array;
  readonly body?: Uint8Array;
}

const RUNS = 0;
const GO = 1;

const { claims, firstThreadIndex } = workerData as { claims: SharedArrayBuffer; firstThreadIndex: number };
const words = new Int32Array(claims);
const claim = words.findIndex((_, i) => Atomics.compareExchange(words, i, 0, threadId) === 0);
assert(claim >= 0, 'there is a scratch area for each background thread');

function passGate(gate: Int32Array | undefined): void {
  if (gate === undefined) return;
  Atomics.store(gate, RUNS, 1);
  Atomics.notify(gate, RUNS);
  Atomics.wait(gate, GO, 0);
}

function run({ do: action, gate, body }: TestInput): unknown {
  passGate(gate);
  if (action === 'refuse') throw wrongInput('no', { expected: 4 });
  if (action === 'fail') throw new TypeError('a bug');
  if (action === 'die') process.exit(3);
  return action === 'size' ? body?.length : firstThreadIndex + claim;
}

export function update(input: TestInput): Outcome<unknown> {
  try {
    return { ok: run(input) };
  } catch (error) {
    return { error: toWireError(error) };
  }
}
