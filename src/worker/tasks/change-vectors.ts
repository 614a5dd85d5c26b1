import { removeCheckpoint } from '../../engine/segment/checkpoint.ts';
import { storeVectorChange } from '../../engine/segment/open.ts';
import { configureSegment } from '../../engine/segment/create-segment.ts';
import { vectorConfigs } from '../../engine/vectors/vector-config.ts';
import type { BackgroundTasks } from '../../protocol/background-tasks.ts';
import type { OpenCollections } from '../open-collections.ts';
import { transact } from './transact.ts';

type Task = BackgroundTasks['change_vectors'];

/** Adds vectors to a collection, or drops some with all that is stored of them. */
export function changeVectors(input: Parameters<Task>[0], collections: OpenCollections): ReturnType<Task> {
  const { handle, params, vectorNumbers, dropped } = input;
  const { result: seq, changes } = transact(input, collections, (transaction) => {
    storeVectorChange(transaction.collection.env, handle.segments, input);
    return transaction.nextSeq();
  });
  for (const { id } of handle.segments) {
    for (const vectorId of dropped) removeCheckpoint(handle.directory, id, vectorId);
  }
  const configs = vectorConfigs(params, vectorNumbers);
  return { seq, segments: handle.segments.map((segment) => configureSegment(segment, configs)), changes };
}
