import type { WithPayloadInterface, WithVector } from '../../../../schemas/common.ts';
import { payloadKey } from '../../../storage/keys.ts';
import { wrongInput } from '../../../shared/errors.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import type { VectorValue } from '../../vectors/vector-value.ts';
import { compileSelector, type PayloadSelector } from '../../payload/selector.ts';
import { type Collection, type Location, locate } from '../collection.ts';

/** What of a point an answer shows. */
export interface Selection {
  readonly payload: PayloadSelector | undefined;
  /** Names of vectors to show, or undefined for none. */
  readonly vectorNames: readonly string[] | undefined;
}

/** Resolves `with_payload` and `with_vector`, absent meaning nothing. @throws NEARIFY_WRONG_INPUT for an unknown vector. */
export function selection(
  collection: Collection,
  withPayload: WithPayloadInterface | null | undefined,
  withVector: WithVector | null | undefined,
): Selection {
  const known = collection.vectors.map(({ name }) => name);
  const unknown = Array.isArray(withVector) ? withVector.find((name) => !known.includes(name)) : undefined;
  if (unknown !== undefined) throw wrongInput(`Not existing vector name error: ${unknown}`);
  return {
    payload: compileSelector(withPayload ?? false),
    vectorNames: Array.isArray(withVector)
      ? [...new Set(withVector)]
      : withVector === true
        ? known
        : undefined,
  };
}

const NO_PAYLOAD = new Uint8Array(0);

/**
 * The stored payload of the point at a location that a search found, and where the point is now: a concurrent update may
 * have replaced it (then its new row counts) or deleted it (undefined). Call `env.refresh()` before. Without
 * `isPayloadShown` the payload may be left out, which spares a look into LMDB.
 */
export function currentRow(
  collection: Collection,
  location: Location,
  isPayloadShown = true,
): { at: Location; payload: Uint8Array } | undefined {
  if (!isPayloadShown && !location.segment.isDeleted(location.offset)) {
    return { at: location, payload: NO_PAYLOAD };
  }
  const payload = collection.env.get(payloadKey(location.segment.id, location.offset));
  if (payload !== undefined) return { at: location, payload };
  const at = locate(collection, location.segment.idAt(location.offset));
  const moved = at && collection.env.get(payloadKey(at.segment.id, at.offset));
  return at && moved && { at, payload: moved };
}

/** Writes the members `,"payload":…,"vector":…` that the selection asks for. */
export function writeSelected(
  writer: JsonWriter,
  selected: Selection,
  at: Location,
  payload: Uint8Array,
): void {
  if (selected.payload !== undefined) {
    writer.text(',"payload":');
    selected.payload.write(writer, payload);
  }
  if (selected.vectorNames !== undefined) {
    writer.text(',"vector":');
    writeVectors(writer, selected, at);
  }
}

/** A record: id and what the selection asks for. `orderValue`: the value it was ordered by, as JSON. */
export function writeRecord(
  writer: JsonWriter,
  selected: Selection,
  { at, payload, orderValue }: { at: Location; payload: Uint8Array; orderValue?: string | undefined },
): void {
  writer.text('{"id":');
  writer.id(at.segment.idAt(at.offset));
  writeSelected(writer, selected, at, payload);
  if (orderValue !== undefined) writer.text(`,"order_value":${orderValue}`);
  writer.text('}');
}

/** An unnamed vector stands for itself where it is the only one to show. */
function writeVectors(writer: JsonWriter, { vectorNames }: Selection, { segment, offset }: Location): void {
  const present = vectorNames!.flatMap((name) => {
    const value = segment.valueOf(name, offset);
    return value === undefined ? [] : [{ name, value }];
  });
  const [first] = present;
  if (present.length === 1 && first!.name === '') {
    writeValue(writer, first!.value);
    return;
  }
  writer.text('{');
  for (const [i, { name, value }] of present.entries()) {
    if (i > 0) writer.text(',');
    writer.string(name);
    writer.text(':');
    writeValue(writer, value);
  }
  writer.text('}');
}

function writeValue(writer: JsonWriter, value: VectorValue): void {
  switch (value.kind) {
    case 'dense':
      writer.float32Array(
        value.values instanceof Float32Array ? value.values : Float32Array.from(value.values),
      );
      return;
    case 'sparse':
      writer.text(`{"indices":[${value.indices.join(',')}],"values":`);
      writer.float32Array(value.values);
      writer.text('}');
      return;
    case 'multi':
      for (let at = 0; at < value.rows.length; at += value.dim) {
        writer.text(at === 0 ? '[' : ',');
        writer.float32Array(value.rows.subarray(at, at + value.dim));
      }
      writer.text(']');
  }
}
