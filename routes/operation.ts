import type { FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { envelope, ErrorResponse } from '../schemas/common.ts';

/** What a route tells about itself; the OpenAPI document and the validators come from it. */
export interface OperationOptions<P, Q, B> {
  /** Name in generated clients: Qdrant's operationId. */
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly params?: P;
  readonly querystring?: Q;
  readonly body?: B;
  /** Schema of `result` in the envelope. */
  readonly result: TSchema;
}

type Absent = undefined;

/** The schema of a route whose answers are in the API's envelopes. */
export function operation<
  P extends TSchema | Absent = Absent,
  Q extends TSchema | Absent = Absent,
  B extends TSchema | Absent = Absent,
>({ id, tag, summary, params, querystring, body, result }: OperationOptions<P, Q, B>) {
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(params && { params }),
    ...(querystring && { querystring }),
    ...(body && { body }),
    response: { 200: envelope(result), default: ErrorResponse, '4xx': ErrorResponse },
  } as FastifySchema & { params: P; querystring: Q; body: B };
}
