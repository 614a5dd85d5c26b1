import type { CollectionSettings } from '../../schemas/collection-update.ts';
import type { CreateCollection } from '../../schemas/collections.ts';
import type { CheckpointStep } from '../engine/segment/checkpoint.ts';
import type { PayloadIndexHandle } from '../engine/payload/fields/payload-indexes.ts';
import type { VectorChange } from '../engine/segment/open.ts';
import type { SegmentHandle } from '../engine/segment/segment-handle.ts';
import type { VectorNumbers } from '../engine/vectors/vector-config.ts';
import type { CollectionHandle } from './shared-handles.ts';
import type { WireError } from './wire-error.ts';
import type { DataReply, TaskArguments, UpdateTask } from './tasks.ts';

/** How segments are laid out, the same on every thread. */
export interface SegmentSizing {
  readonly bytesMax: number;
  readonly scratchCount: number;
}

/** A stored collection with its segments in memory. */
export interface OpenedCollection {
  readonly id: number;
  readonly name: string;
  readonly directory: string;
  readonly params: CollectionSettings;
  readonly vectorNumbers: VectorNumbers;
  readonly segments: readonly SegmentHandle[];
  readonly indexes: readonly PayloadIndexHandle[];
  /** Payload indexes are to be built, or what is left of dropped ones is to be removed. */
  readonly hasIndexWork: boolean;
}

/** A stored collection that cannot be opened: its files are damaged, or of another format. */
export interface BrokenCollection {
  readonly name: string;
  readonly directory: string;
  readonly error: WireError;
}

export interface StoredCollections {
  readonly opened: readonly OpenedCollection[];
  readonly broken: readonly BrokenCollection[];
}

/** One update of a batch; `body` as the client sent it. */
export interface UpdateRequest {
  readonly task: UpdateTask;
  readonly args: TaskArguments;
  readonly body: Uint8Array;
}

/** What a write transaction changed of a collection besides its points. */
export interface CollectionChanges {
  readonly newSegments: readonly SegmentHandle[];
  /** All payload indexes, if they must be attached to anew. */
  readonly indexes?: readonly PayloadIndexHandle[];
  /** Payload indexes are to be built, or what is left of dropped ones is to be removed. */
  readonly hasIndexWork: boolean;
}

/** What a batch of updates did: with a reply for each. */
export interface UpdateBatchResult extends CollectionChanges {
  readonly replies: readonly DataReply[];
}

/**
 * The background tasks by name, as functions from message to message. `isSharingCores`: the thread pauses now and then, as
 * searches may wait for the core that it has.
 */
export interface BackgroundTasks {
  open_storage(input: { storagePath: string; sizing: SegmentSizing }): StoredCollections;
  create_collection(input: { storagePath: string; name: string; params: CreateCollection }): OpenedCollection;
  /** `id` is that of a collection which was open. */
  drop_collection(input: { storagePath: string; name: string; directory: string; id?: number }): void;
  /** Does nothing by itself: before any task a thread lets go of collections that were dropped. */
  forget_dropped(input: null): void;
  update(input: {
    handle: CollectionHandle;
    sizing: SegmentSizing;
    requests: readonly UpdateRequest[];
    isSharingCores: boolean;
  }): UpdateBatchResult;
  /** Works on unfinished payload indexes for about `msMax`. */
  build_indexes(input: { handle: CollectionHandle; sizing: SegmentSizing; msMax: number }): CollectionChanges;
  /** Makes new parameters durable; returns the segments as they are under them. */
  configure(input: { handle: CollectionHandle; params: CollectionSettings }): SegmentHandle[];
  /** Makes other vectors durable, as an operation with the number `seq`; returns the segments as they are under them. */
  change_vectors(input: { handle: CollectionHandle; sizing: SegmentSizing } & VectorChange): {
    readonly seq: number;
    readonly segments: readonly SegmentHandle[];
    readonly changes: CollectionChanges;
  };
  /** Opens an empty segment behind the last one. */
  open_segment(input: { handle: CollectionHandle; sizing: SegmentSizing }): SegmentHandle;
  /** Moves living rows out of a segment, from row `from` on, for about `msMax`; `next` is the row to go on with. */
  move_rows(input: {
    handle: CollectionHandle;
    sizing: SegmentSizing;
    segmentId: number;
    from: number;
    msMax: number;
  }): { readonly next: number | undefined; readonly changes: CollectionChanges };
  /** Removes a segment without living rows. */
  drop_segment(input: { handle: CollectionHandle; segmentId: number }): void;
  /** Links rows into the graphs for about `msMax`; true if rows are left. */
  link(input: { handle: CollectionHandle; msMax: number; isSharingCores: boolean }): boolean;
  /** Empties graphs that a dead thread has left half linked, for `link` to begin anew. No `link` may run. */
  mend_graphs(input: { handle: CollectionHandle }): void;
  /** Writes one block of the graphs' checkpoints; the step to go on with, or undefined at the end. */
  checkpoint(input: {
    handle: CollectionHandle;
    step: CheckpointStep | undefined;
  }): CheckpointStep | undefined;
  close_storage(input: { storagePath: string }): void;
}

export type BackgroundTask = keyof BackgroundTasks;
