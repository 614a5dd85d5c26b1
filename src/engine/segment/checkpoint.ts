import { readdirSync } from 'node:fs';
import path from 'node:path';
import { blockCount, finishFile, removeFile, writeBlock } from '../../storage/block-file.ts';
import { faissFile } from '../index/faiss/index-file.ts';
import { checkpointViews, restoreCheckpoint } from '../index/hnsw/checkpoint.ts';
import { hasAbandonedRows } from '../index/hnsw/build.ts';
import { linkedCount } from '../index/hnsw/graph.ts';
import type { Collection } from './collection.ts';
import type { Segment } from './segment.ts';
import type { SegmentHandle } from './segment-handle.ts';

/** Where a checkpoint of a collection's graphs goes on: positions of segment and vector, and a block of that graph's file. */
export interface CheckpointStep {
  readonly segment: number;
  readonly vector: number;
  readonly block: number;
}

export const FIRST_STEP: CheckpointStep = { segment: 0, vector: 0, block: 0 };

/**
 * Writes one block of one graph. Returns the step to go on with; undefined when all graphs are written. No row of the
 * collection may be linked between the first and the last step. @throws the error of the file system
 */
export function checkpointStep(collection: Collection, step: CheckpointStep): CheckpointStep | undefined {
  const segment = collection.segments[step.segment];
  if (segment === undefined) return undefined;
  const column = segment.vectors[step.vector];
  if (column === undefined) return { segment: step.segment + 1, vector: 0, block: 0 };
  const next = { segment: step.segment, vector: step.vector + 1, block: 0 };
  const graph = segment.graph(column, collection.threadIndex);
  // What a dead thread left half linked must not come back.
  if (graph === undefined || linkedCount(graph) === 0 || hasAbandonedRows(graph)) return next;
  const views = checkpointViews(graph);
  const file = graphFile(collection.env.path, segment.id, column.id);
  writeBlock(file, views, step.block);
  if (step.block + 1 < blockCount(views)) return { ...step, block: step.block + 1 };
  finishFile(file);
  return next;
}

/** Fills the empty graphs of a segment that was loaded from what its checkpoints hold. */
export function restoreGraphs(segment: Segment, directory: string, threadIndex: number): void {
  for (const column of segment.vectors) {
    const graph = segment.graph(column, threadIndex);
    if (graph !== undefined)
      restoreCheckpoint(graph, graphFile(directory, segment.id, column.id), segment.count);
  }
}

/** Removes the checkpoints of a segment that is no more. */
export function removeCheckpoints(directory: string, segment: Segment): void {
  for (const { id } of segment.vectors) removeCheckpoint(directory, segment.id, id);
}

/** Removes the checkpoint of a vector that is no more, if there is one, and its FAISS index. */
export function removeCheckpoint(directory: string, segmentId: number, vectorId: number): void {
  removeFile(graphFile(directory, segmentId, vectorId));
  removeFile(faissFile(directory, segmentId, vectorId));
}

const INDEX_FILE = /^(?:graph|faiss)-\d+-\d+(?:\.partial)?$/;

/**
 * Removes what a crash has left: files of segments and vectors that are no more, and those that were not written to their
 * end. Before anybody works on the collection.
 */
export function removeStrayFiles(directory: string, segments: readonly SegmentHandle[]): void {
  const known = new Set(
    segments.flatMap(({ id, vectorIds }) =>
      vectorIds.flatMap((vectorId) => [
        graphFile(directory, id, vectorId),
        faissFile(directory, id, vectorId),
      ]),
    ),
  );
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    if (INDEX_FILE.test(name) && !known.has(file)) removeFile(file);
  }
}

/** `graph-<segment>-<number of the vector>` beside the collection's LMDB files. */
function graphFile(directory: string, segmentId: number, vectorId: number): string {
  return path.join(directory, `graph-${segmentId}-${vectorId}`);
}
