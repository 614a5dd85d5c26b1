import { type ServiceError, wrongInput } from '../../../shared/errors.ts';

/** 400: the formula itself makes no sense, whatever the points are. */
export function invalidFormula(text: string): ServiceError {
  return wrongInput(`Validation failed: ${text}`);
}

/** The value, if it is one that a score can have. @throws NEARIFY_WRONG_INPUT */
export function finite(value: number, describe: () => string): number {
  if (Number.isFinite(value)) return value;
  throw wrongInput(`The expression ${describe()} = ${numberText(value)} produced a non-finite number`);
}

/** A number as Rust prints it. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'inf' : '-inf';
}
