/** Replaces the points of a collection again and again; see concurrent.test.ts. */
import { workerData } from 'node:worker_threads';
import type { SegmentSizing } from '../../../../src/protocol/background-tasks.ts';
import type { CollectionHandle } from '../../../../src/protocol/shared-handles.ts';
import { Tasks, type Update } from '../../../helpers/test-collection.ts';

export interface WriterData {
  readonly handle: CollectionHandle;
  readonly sizing: SegmentSizing;
  /** The batches to apply, over and over in this order. */
  readonly batches: readonly (readonly Update[])[];
  readonly rounds: number;
  /** One word: 1 when all is done. */
  readonly done: Int32Array;
}

const { handle, sizing, batches, rounds, done } = workerData as WriterData;
const tasks = new Tasks(handle, sizing, 0);
try {
  for (let round = 0; round < rounds; round++) tasks.batch(batches[round % batches.length]!);
} finally {
  await tasks.close();
  Atomics.store(done, 0, 1);
}
