import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { PointPath, ReadParameters, WriteParameters } from '../schemas/parameters.ts';
import type { DataReply, DataRequest, ReadTask, UpdateTask } from '../src/collections/collections.ts';

const NO_BODY = new Uint8Array(0);

type Path = Pick<PointPath, 'collection_name'> & Partial<PointPath>;

/** Hands a read to the search threads: the body goes as the bytes that came, the answer comes as finished JSON. */
export function readHandler(app: FastifyInstance, task: ReadTask) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { collection_name: name, ...args } = request.params as Path;
    const { timeout } = request.query as ReadParameters;
    const answer = await app.collections.read(task, name, dataRequest(request, reply, args, timeout));
    return send(reply, answer);
  };
}

/** Hands an update to the collection's queue; it is answered when it is durable. */
export function updateHandler(app: FastifyInstance, task: UpdateTask) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const { collection_name: name, ...path } = request.params as Path;
    const { timeout, wait = false } = request.query as WriteParameters;
    const answer = await app.collections.update(
      task,
      name,
      dataRequest(request, reply, { ...path, wait }, timeout),
    );
    return send(reply, answer);
  };
}

function dataRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  args: DataRequest['args'],
  timeoutSeconds: number | undefined,
): DataRequest {
  return {
    body: (request.body as Uint8Array | undefined) ?? NO_BODY,
    args,
    client: reply.raw,
    ...(timeoutSeconds !== undefined && { timeoutMs: timeoutSeconds * 1000 }),
  };
}

function send(reply: FastifyReply, { status, body, retryAfterSeconds }: DataReply): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  return reply.code(status).header('content-type', 'application/json').send(body);
}
