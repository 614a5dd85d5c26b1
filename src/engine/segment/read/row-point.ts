import type { PointId } from '../../../shared/ids.ts';
import { parsePayload, type PayloadObject } from '../../../shared/json/lossless.ts';
import type { FilterPoint } from '../../payload/filter/compile.ts';
import type { Segment } from '../segment.ts';

const EMPTY_PAYLOAD = new TextEncoder().encode('{}');

/** A stored row in the form that predicates look at; the payload is parsed when first asked for. */
export class RowPoint implements FilterPoint {
  readonly #segment: Segment;
  #offset = 0;
  #text: Uint8Array = EMPTY_PAYLOAD;
  #payload: PayloadObject | undefined;

  constructor(segment: Segment) {
    this.#segment = segment;
  }

  /** `text`: the payload as stored; may be left out for a filter that asks for none. */
  moveTo(offset: number, text: Uint8Array = EMPTY_PAYLOAD): void {
    this.#offset = offset;
    this.#text = text;
    this.#payload = undefined;
  }

  get id(): PointId {
    return this.#segment.idAt(this.#offset);
  }

  payload(): PayloadObject {
    this.#payload ??= parsePayload(this.#text);
    return this.#payload;
  }

  hasVector(name: string): boolean {
    return this.#segment.has(name, this.#offset);
  }
}
