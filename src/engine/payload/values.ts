/** What kind of thing a payload value is, in Qdrant's terms. */
import { JsonFloat, type PayloadObject, type PayloadValue } from '../../shared/json/lossless.ts';

export function isPayloadArray(value: PayloadValue): value is readonly PayloadValue[] {
  return Array.isArray(value);
}

export function isPayloadObject(value: PayloadValue): value is PayloadObject {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof JsonFloat)
  );
}

/** The double nearest to a number of any kind, undefined for everything else. */
export function asDouble(value: PayloadValue | undefined): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  return value instanceof JsonFloat ? value.value : undefined;
}
