/*
 * The payload of a hidden row stays until the next transaction: between the commit and `publish` readers still see the
 * row, and ask whether its payload passes their filter. What the transaction before this one hid is published by now.
 */
import type { Env } from '../../storage/env.ts';
import { META, metaKey, payloadKey } from '../../storage/keys.ts';

type HiddenRows = readonly (readonly [segmentId: number, offsets: readonly number[]])[];

function readHidden(env: Env): HiddenRows {
  const stored = env.get(metaKey(META.hidden));
  return stored === undefined ? [] : (JSON.parse(stored.toString()) as HiddenRows);
}

/** The rows of a segment that the last transaction hid. */
export function hiddenRows(env: Env, segmentId: number): readonly number[] {
  return readHidden(env).find(([id]) => id === segmentId)?.[1] ?? [];
}

/** Removes the payloads of the rows that the last transaction hid; call inside the next one. */
export function removeHiddenPayloads(env: Env): void {
  const hidden = readHidden(env);
  for (const [segmentId, offsets] of hidden) {
    for (const offset of offsets) env.remove(payloadKey(segmentId, offset));
  }
  if (hidden.length > 0) env.remove(metaKey(META.hidden));
}

/** Keeps in mind the rows that this transaction hides, by segment id. */
export function storeHidden(
  env: Env,
  rows: Iterable<readonly [segmentId: number, offsets: Iterable<number>]>,
): void {
  const hidden: HiddenRows = Array.from(rows, ([id, offsets]) => [id, [...offsets]] as const).filter(
    ([, offsets]) => offsets.length > 0,
  );
  if (hidden.length > 0) env.put(metaKey(META.hidden), Buffer.from(JSON.stringify(hidden)));
}
