/**
 * The one table of errors. A kind fixes the HTTP status, who is to blame and how the message starts; the texts follow
 * Qdrant's where clients match on them. Only the error handler of the HTTP layer and the wire codec turn these into bytes.
 */

/** `user`: the request was wrong and is skipped on replay. `service`: we failed. `overload`: try again later. */
export type Blame = 'user' | 'service' | 'overload';

interface ErrorKind {
  readonly httpStatus: number;
  readonly blame: Blame;
  readonly prefix: string;
}

export const ERROR_KINDS = {
  NEARIFY_FORMAT: { httpStatus: 400, blame: 'user', prefix: '' },
  NEARIFY_VALIDATION: { httpStatus: 422, blame: 'user', prefix: '' },
  NEARIFY_WRONG_INPUT: { httpStatus: 400, blame: 'user', prefix: 'Wrong input: ' },
  NEARIFY_BAD_REQUEST: { httpStatus: 400, blame: 'user', prefix: 'Bad request: ' },
  NEARIFY_NOT_FOUND: { httpStatus: 404, blame: 'user', prefix: 'Not found: ' },
  NEARIFY_ALREADY_EXISTS: { httpStatus: 409, blame: 'user', prefix: 'Wrong input: ' },
  NEARIFY_TOO_LARGE: { httpStatus: 413, blame: 'user', prefix: '' },
  NEARIFY_TIMEOUT: { httpStatus: 408, blame: 'user', prefix: 'Timeout: ' },
  NEARIFY_CANCELLED: { httpStatus: 408, blame: 'user', prefix: 'Timeout: ' },
  NEARIFY_OVERLOADED: { httpStatus: 503, blame: 'overload', prefix: 'Service overloaded: ' },
  NEARIFY_NO_INFERENCE: { httpStatus: 500, blame: 'user', prefix: 'Service internal error: ' },
  NEARIFY_STORAGE: { httpStatus: 500, blame: 'service', prefix: 'Service internal error: ' },
  NEARIFY_INTERNAL: { httpStatus: 500, blame: 'service', prefix: 'Service internal error: ' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_KINDS;

/** Facts about a failure that a log reader or a test wants beside the text, such as expected and received values. */
export type ErrorDetail = Readonly<Record<string, string | number | boolean>>;

/** The only error class that crosses layers. `message` is the full text that a client sees, prefix included. */
export class ServiceError extends Error {
  readonly code: ErrorCode;
  readonly detail: ErrorDetail;

  constructor(code: ErrorCode, text: string, options?: { detail?: ErrorDetail; cause?: unknown }) {
    super(
      ERROR_KINDS[code].prefix + text,
      options?.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'ServiceError';
    this.code = code;
    this.detail = options?.detail ?? {};
  }

  get httpStatus(): number {
    return ERROR_KINDS[this.code].httpStatus;
  }

  get blame(): Blame {
    return ERROR_KINDS[this.code].blame;
  }
}

/** The part of a request that a format or validation error speaks of. */
export type RequestPart = 'JSON body' | 'path parameters' | 'query parameters';

/** 400: the part does not parse or has a wrong type. */
export function formatError(part: RequestPart, text: string): ServiceError {
  const verb = part === 'JSON body' ? 'Format error in' : 'Deserialize error in';
  return new ServiceError('NEARIFY_FORMAT', `${verb} ${part}: ${text}`);
}

/** 422: the part parses but breaks constraints; each violation reads `<path>: <message>`. */
export function validationError(part: RequestPart, violations: readonly string[]): ServiceError {
  return new ServiceError('NEARIFY_VALIDATION', `Validation error in ${part}: [${violations.join('; ')}]`);
}

/** 400 `Wrong input: …`: a well-formed request that does not fit the collection. */
export function wrongInput(text: string, detail?: ErrorDetail): ServiceError {
  return new ServiceError('NEARIFY_WRONG_INPUT', text, detail && { detail });
}

/** 400 `Bad request: …`: a combination of fields that makes no sense. */
export function badRequest(text: string): ServiceError {
  return new ServiceError('NEARIFY_BAD_REQUEST', text);
}

/** 404 `Not found: …`. */
export function notFound(text: string): ServiceError {
  return new ServiceError('NEARIFY_NOT_FOUND', text);
}

/** 404 for a collection, in the words that clients match on. */
export function collectionNotFound(name: string): ServiceError {
  return notFound(`Collection \`${name}\` doesn't exist!`);
}

/** 500: a bug or a fault of the machine; `text` must not leak what a client has no business knowing. */
export function internalError(text: string, cause?: unknown): ServiceError {
  return new ServiceError('NEARIFY_INTERNAL', text, { cause });
}
