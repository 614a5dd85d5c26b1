import { ERROR_KINDS, type ErrorCode, type ErrorDetail, ServiceError } from '../shared/errors.ts';

/** A `ServiceError` as plain data: structured clone would lose its class, code and fields. */
export interface WireError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly detail: ErrorDetail;
  /** For our log only. */
  readonly stack?: string;
}

/** What a background task returns instead of throwing. */
export type Outcome<T> = { readonly ok: T } | { readonly error: WireError };

/** Anything thrown becomes a wire error; what is not a ServiceError is a bug and reads as an internal error. */
export function toWireError(thrown: unknown): WireError {
  if (thrown instanceof ServiceError) {
    return { code: thrown.code, message: thrown.message, detail: thrown.detail, ...causeStack(thrown) };
  }
  const stack = thrown instanceof Error ? thrown.stack : String(thrown);
  return {
    code: 'NEARIFY_INTERNAL',
    message: `${ERROR_KINDS.NEARIFY_INTERNAL.prefix}unexpected failure, see the server's log`,
    detail: {},
    ...(stack === undefined ? {} : { stack }),
  };
}

function causeStack(error: ServiceError): { stack?: string } {
  if (error.blame === 'user') return {};
  const { cause } = error;
  const stack = cause instanceof Error ? cause.stack : error.stack;
  return stack === undefined ? {} : { stack };
}

/** Back into the class; `message` already carries the prefix of its kind. */
export function fromWireError(wire: WireError): ServiceError {
  const { prefix } = ERROR_KINDS[wire.code];
  const cause =
    wire.stack === undefined ? undefined : Object.assign(new Error(wire.message), { stack: wire.stack });
  return new ServiceError(wire.code, wire.message.slice(prefix.length), { detail: wire.detail, cause });
}

/** The value, or throws the error that the other side reported. */
export function unwrap<T>(outcome: Outcome<T>): T {
  if ('error' in outcome) throw fromWireError(outcome.error);
  return outcome.ok;
}
