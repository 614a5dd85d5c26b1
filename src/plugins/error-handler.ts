import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ERROR_KINDS, formatError, ServiceError } from '../shared/errors.ts';
import { errorEnvelope } from '../shared/json/envelope.ts';

const JSON_TYPE = 'application/json';

/** Answers anything thrown by a hook, a parser, a validator or a handler. */
export function handleError(
  error: FastifyError | ServiceError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (error instanceof ServiceError) return sendServiceError(error, request, reply);
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500)
    return sendEnvelope(reply, status, errorEnvelope(frameworkMessage(error)));
  logFailure(error, request);
  const message = `${ERROR_KINDS.NEARIFY_INTERNAL.prefix}unexpected failure, see the server's log for request ${request.id}`;
  sendEnvelope(reply, 500, errorEnvelope(message, performance.now() - reply.elapsedTime));
}

/** Answers what fails before a route is found, such as a path that cannot be decoded. */
export function handleFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  if (error.code !== 'FST_ERR_BAD_URL') return handleError(error, request, reply);
  handleError(formatError('path parameters', 'the path is not valid percent-encoding'), request, reply);
}

function sendServiceError(error: ServiceError, request: FastifyRequest, reply: FastifyReply): void {
  if (error.blame === 'service') logFailure(error, request, error.detail);
  const { retryAfterSeconds } = error.detail;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  const isBeforeHandler = error.code === 'NEARIFY_FORMAT' || error.code === 'NEARIFY_VALIDATION';
  const startMs = isBeforeHandler ? undefined : performance.now() - reply.elapsedTime;
  sendEnvelope(reply, error.httpStatus, errorEnvelope(error.message, startMs));
}

function logFailure(error: Error, request: FastifyRequest, detail?: ServiceError['detail']): void {
  const { id: reqId, method, url } = request;
  request.log.error({ err: error, ...(detail && { detail }), reqId, method, url }, 'request failed');
}

function sendEnvelope(reply: FastifyReply, status: number, body: Uint8Array): void {
  // As bytes, so that the framework leaves the content type as it is.
  reply.code(status).header('content-type', JSON_TYPE).send(body);
}

function frameworkMessage(error: FastifyError): string {
  return `${ERROR_KINDS.NEARIFY_BAD_REQUEST.prefix}${error.message}`;
}

/** An unknown route, or a known path with another method: an empty 404. */
export function handleNotFound(_request: FastifyRequest, reply: FastifyReply): void {
  reply.code(404).send();
}

const CLIENT_ERRORS: Readonly<Record<string, { status: string; text: string }>> = {
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', text: 'the headers are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', text: 'the request did not arrive in time' },
};

/** Answers bytes that are no HTTP request. There is no request object yet, so it writes to the socket. */
export function handleClientError(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const known = CLIENT_ERRORS[error.code ?? ''] ?? {
    status: '400 Bad Request',
    text: 'this is not a valid HTTP request',
  };
  const body = errorEnvelope(`${ERROR_KINDS.NEARIFY_BAD_REQUEST.prefix}${known.text}`);
  const head = `HTTP/1.1 ${known.status}\r\ncontent-type: ${JSON_TYPE}\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n`;
  socket.end(Buffer.concat([Buffer.from(head), body]));
}
