import type { CollectionSettings } from '../../schemas/collection-update.ts';
import type { PayloadIndexHandle } from '../engine/payload/fields/payload-indexes.ts';
import type { SegmentHandle } from '../engine/segment/segment-handle.ts';
import type { VectorNumbers } from '../engine/vectors/vector-config.ts';
import type { RingShape } from './ring-layout.ts';

export type { VectorNumbers };

/** A collection as any thread can open it. A change of config or segments makes a new handle with a higher generation. */
export interface CollectionHandle {
  readonly id: number;
  readonly name: string;
  readonly generation: number;
  /** Directory of the collection's LMDB environment. */
  readonly directory: string;
  readonly params: CollectionSettings;
  readonly vectorNumbers: VectorNumbers;
  readonly segments: readonly SegmentHandle[];
  /** On payloads, those that are being built included. */
  readonly indexes: readonly PayloadIndexHandle[];
}

/** Messages from the event loop to a search thread; they are read before the next request is taken. */
export type ThreadMail =
  | { readonly kind: 'collection'; readonly handle: CollectionHandle }
  | { readonly kind: 'drop'; readonly collectionId: number; readonly lostBytes: number }
  | { readonly kind: 'request'; readonly slot: number; readonly body: Uint8Array };

/** Messages from a search thread to the event loop: a body that does not fit its slot, or a failure for the log. */
export type ThreadMessage =
  | { readonly kind: 'reply'; readonly slot: number; readonly body: Uint8Array }
  | { readonly kind: 'fault'; readonly task: string; readonly message: string; readonly stack?: string };

/** What a search thread is started with. */
export interface SearchThreadData {
  readonly shape: RingShape;
  readonly buffer: SharedArrayBuffer;
  readonly threadIndex: number;
}
