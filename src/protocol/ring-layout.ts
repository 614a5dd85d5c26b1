/**
 * Byte layout of the search ring, one SharedArrayBuffer that the event loop and the search threads share.
 *
 *   control      Int32 x 16                     see RING
 *   ready queue  Int32 x (queueMask + 1)        slot numbers, written by the event loop, claimed by the threads
 *   mail flags   Int32 x threadCount            1 = look into your message port
 *   slots        slotCount x (64 + slotBytes)   a header (see SLOT) and the bytes of the request, later of the reply
 */

export const RING = { readyTail: 0, readyHead: 1, wake: 2, doneSignal: 3, stopping: 4 } as const;

export const SLOT = {
  state: 0,
  owner: 1,
  task: 2,
  collectionId: 3,
  argsBytes: 5,
  bodyBytes: 6,
  flags: 7,
  status: 8,
  replyBytes: 9,
  cancel: 10,
  /** Float64 at this word: milliseconds since the epoch. */
  deadline: 12,
} as const;

export const SLOT_STATE = { free: 0, ready: 1, running: 2, done: 3 } as const;

/** Bits of the `flags` word: the body, or the reply, did not fit and travels as a transferred ArrayBuffer. */
export const SLOT_FLAG = { bodyByMessage: 1, replyByMessage: 2 } as const;

/** Values of the `cancel` word that a running search polls. */
export const CANCEL = { none: 0, timeout: 1, clientGone: 2 } as const;

const SLOT_HEADER_BYTES = 64;
const CONTROL_WORDS = 16;

export interface RingShape {
  readonly slotCount: number;
  /** Bytes for a request or a reply in a slot; a multiple of 64. */
  readonly slotBytes: number;
  readonly threadCount: number;
}

/** Views over a ring; offsets of queues and flags are word indexes into `words`. */
export interface RingViews extends RingShape {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly doubles: Float64Array;
  readonly bytes: Uint8Array;
  readonly readyQueue: number;
  /** Positions in the ready queue, which count on and on, are taken modulo a power of two of at least `slotCount`. */
  readonly queueMask: number;
  readonly mailFlags: number;
  readonly slotsByte: number;
}

/** Creates the ring, or attaches to one that another thread created. */
export function ringViews(shape: RingShape, existing?: SharedArrayBuffer): RingViews {
  const readyQueue = CONTROL_WORDS;
  const queueMask = 2 ** Math.ceil(Math.log2(shape.slotCount)) - 1;
  const mailFlags = readyQueue + queueMask + 1;
  const slotsByte = Math.ceil(((mailFlags + shape.threadCount) * 4) / 64) * 64;
  const bytesTotal = slotsByte + shape.slotCount * (SLOT_HEADER_BYTES + shape.slotBytes);
  const buffer = existing ?? new SharedArrayBuffer(bytesTotal);
  return {
    ...shape,
    buffer,
    words: new Int32Array(buffer),
    doubles: new Float64Array(buffer),
    bytes: new Uint8Array(buffer),
    readyQueue,
    queueMask,
    mailFlags,
    slotsByte,
  };
}

/** Word index of a slot's header. */
export function slotHeader(ring: RingViews, slot: number): number {
  return (ring.slotsByte + slot * (SLOT_HEADER_BYTES + ring.slotBytes)) / 4;
}

/** The slot's data area, `ring.slotBytes` long. */
export function slotData(ring: RingViews, slot: number): Uint8Array {
  const start = ring.slotsByte + slot * (SLOT_HEADER_BYTES + ring.slotBytes) + SLOT_HEADER_BYTES;
  return ring.bytes.subarray(start, start + ring.slotBytes);
}
