import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { copyBytes } from '../shared/copy-bytes.ts';
import { badRequest, formatError, ServiceError } from '../shared/errors.ts';
import { parseExact } from '../shared/json/exact.ts';
import { JsonSyntaxError } from '../shared/json/reader.ts';
import { requestBuffers } from '../shared/request-buffers.ts';

/** Bodies up to this many times the limit are read to their end and dropped, so that the client sees the refusal. */
const DRAIN_FACTOR = 4;
/** Bytes that are copied before other work gets its turn: about a millisecond. */
const ASSEMBLE_SLICE_BYTES = 4 * 1024 * 1024;

/**
 * Takes bodies of any content type as they come, without parsing: `request.body` is a Uint8Array that owns the whole of
 * its buffer, so that it may be transferred to a thread, or one of `requestBuffers`. For the plugin context that it is
 * called on.
 */
export function useRawBody(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (request: FastifyRequest, payload: Readable) => {
    // Unknown routes and routes without a body answer the same whatever is sent along.
    if (request.routeOptions.schema?.body === undefined) return Promise.resolve(undefined);
    return collectBody(payload, declaredLength(request), limitBytes);
  });
}

/** Takes bodies of any content type as JSON, parsed on the event loop: for the small bodies of the control plane. */
export function useJsonBody(app: FastifyInstance, limitBytes: number): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', async (request: FastifyRequest, payload: Readable) => {
    if (request.routeOptions.schema?.body === undefined) return undefined;
    const bytes = await collectBody(payload, declaredLength(request), limitBytes);
    try {
      return parseExact(bytes);
    } catch (error) {
      throw error instanceof JsonSyntaxError ? formatError('JSON body', error.message) : error;
    }
  });
}

/** Makes every content type, valid or not, mean the same: the content type parser `*`. */
export function ignoreContentType(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    request.raw.headers['content-type'] = undefined;
    done();
  });
}

function declaredLength(request: FastifyRequest): number | undefined {
  const header = request.headers['content-length'];
  return header === undefined ? undefined : Number(header);
}

/**
 * Reads `stream` to its end into one buffer, in steps that never hold the event loop for more than a few milliseconds:
 * with a declared length each chunk is copied to its place as it arrives; without one the parts are put together in slices.
 * @throws NEARIFY_TOO_LARGE beyond `limitBytes`; NEARIFY_BAD_REQUEST if the declared length is wrong
 */
export async function collectBody(
  stream: Readable,
  declaredBytes: number | undefined,
  limitBytes: number,
): Promise<Uint8Array> {
  if (declaredBytes !== undefined && declaredBytes > limitBytes) {
    if (declaredBytes <= DRAIN_FACTOR * limitBytes)
      await readChunks(stream, Number.POSITIVE_INFINITY, ignore);
    throw tooLarge(declaredBytes, limitBytes);
  }
  const body =
    declaredBytes === undefined
      ? await collectParts(stream, limitBytes)
      : await collectKnown(stream, declaredBytes);
  return body;
}

function ignore(): void {}

async function collectKnown(stream: Readable, declaredBytes: number): Promise<Uint8Array> {
  let whole: Uint8Array | undefined;
  const received = await readChunks(stream, Number.POSITIVE_INFINITY, (chunk, offset) => {
    if (chunk.length === declaredBytes && ownsItsBuffer(chunk)) {
      whole = chunk;
      return;
    }
    whole ??= requestBuffers.take(declaredBytes);
    if (offset + chunk.length <= declaredBytes) copyBytes(whole, offset, chunk);
  });
  if (received !== declaredBytes) {
    throw badRequest(`the body has ${received} bytes, Content-Length says ${declaredBytes}`);
  }
  return whole ?? new Uint8Array(0);
}

async function collectParts(stream: Readable, limitBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const received = await readChunks(stream, DRAIN_FACTOR * limitBytes, (chunk, offset) => {
    if (offset + chunk.length <= limitBytes) parts.push(chunk);
    else parts.length = 0;
  });
  if (received > limitBytes) throw tooLarge(undefined, limitBytes);
  const [first] = parts;
  if (parts.length === 1 && first !== undefined && ownsItsBuffer(first)) return first;
  return assemble(parts, received);
}

async function assemble(parts: readonly Uint8Array[], byteLength: number): Promise<Uint8Array> {
  const whole = Buffer.allocUnsafeSlow(byteLength);
  let offset = 0;
  let sliceEnd = ASSEMBLE_SLICE_BYTES;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
    if (offset < sliceEnd) continue;
    sliceEnd = offset + ASSEMBLE_SLICE_BYTES;
    await new Promise(setImmediate);
  }
  return whole;
}

/**
 * Calls `take` for each chunk with the bytes before it; resolves to the number of bytes at the end of the stream, or as soon
 * as there are more than `stopBytes`.
 */
function readChunks(
  stream: Readable,
  stopBytes: number,
  take: (chunk: Uint8Array, offset: number) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    let received = 0;
    const onData = (chunk: Uint8Array) => {
      take(chunk, received);
      received += chunk.length;
      if (received > stopBytes) finish();
    };
    const finish = () => {
      stream.off('data', onData);
      resolve(received);
    };
    stream.on('data', onData);
    stream.once('end', finish);
    stream.once('error', () => reject(badRequest('the connection broke before the body was complete')));
  });
}

function ownsItsBuffer(chunk: Uint8Array): boolean {
  return chunk.byteLength === chunk.buffer.byteLength;
}

function tooLarge(bytes: number | undefined, limitBytes: number): ServiceError {
  const text =
    bytes === undefined
      ? `Payload error: JSON payload has exceeded limit (${limitBytes} bytes).`
      : `Payload error: JSON payload (${bytes} bytes) is larger than allowed (limit: ${limitBytes} bytes).`;
  return new ServiceError('NEARIFY_TOO_LARGE', text, { detail: { limitBytes } });
}
