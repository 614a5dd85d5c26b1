/** Text of doubles as serde_json writes them, so that a float never reads back as an integer. */

/**
 * The shortest decimal that gives the double back: `1.0`, `0.1`, `1e-6`, `1.5e16`. Plain digits from 1e-5 up to 1e16,
 * exponents outside; `null` for what JSON has no number for.
 */
export function float64Text(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-5 || magnitude >= 1e16))
    return value.toExponential().replace('e+', 'e');
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
