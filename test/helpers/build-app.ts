/** The application over real collections in a temporary directory, asked by `inject()`: everything but the socket. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance, InjectOptions } from 'fastify';
import { pino } from 'pino';
import type { TSchema } from 'typebox';
import { buildApp } from '../../src/app.ts';
import type { Collections } from '../../src/collections/collections.ts';
import { createCollections } from '../../src/collections/index.ts';
import { type FlagSetting, loadConfig } from '../../src/config/load.ts';
import { parseExact, stringifyExact } from '../../src/shared/json/exact.ts';
import { compileValidator } from '../../src/shared/validation.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
type ResponseSchemas = Readonly<Record<string, TSchema>>;

/** A test context, or the module's own `{ after }` for an application that all tests of a file share. */
interface Scope {
  after(cleanUp: () => Promise<void>): void;
}

export interface TestAppOptions {
  /** Settings beside those that every test application gets, such as `{'service.enable_cors': 'false'}`. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Stands in for the real collections, for faults that those do not have. */
  readonly collections?: Partial<Collections>;
  /** Takes the lines of the log; without it the log is silent. */
  readonly logLine?: (line: Readonly<Record<string, unknown>>) => void;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** A body: text and bytes go as they are, everything else as JSON, bigints included. */
export type Body = string | Uint8Array | object;

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

/** Starts an application and ends it, with its threads and its files, after the test. */
export async function buildTestApp(scope: Scope, options: TestAppOptions = {}): Promise<TestApp> {
  const directory = mkdtempSync(path.join(tmpdir(), 'nearify-test-'));
  const { config } = loadConfig({
    cwd: directory,
    flags: flags({
      'storage.storage_path': directory,
      'threads.search': '1',
      'threads.background': '1',
      ...options.settings,
    }),
  });
  const { logLine } = options;
  const log =
    logLine === undefined
      ? pino({ level: 'silent' })
      : pino({ level: config.log_level }, { write: (line) => logLine(JSON.parse(line)) });
  const collections = options.collections
    ? (options.collections as Collections)
    : await createCollections(config, log);
  const schemas = new ResponseSchemaLog();
  const app = await schemas.observing(() => buildApp({ config, collections, log, commit: COMMIT }));
  scope.after(async () => {
    await app.close();
    await collections.close?.();
    rmSync(directory, { recursive: true, force: true });
  });
  return new TestApp(app, schemas);
}

function flags(settings: Readonly<Record<string, string>>): FlagSetting[] {
  return Object.entries(settings).map(([key, text]) => ({ path: key, text, flag: '--set' }));
}

/** Remembers for each request which response schemas the route that took it declares. */
class ResponseSchemaLog {
  readonly #ofRequest = new WeakMap<object, ResponseSchemas>();

  /** The framework announces an instance before it has any route. */
  async observing(build: () => Promise<FastifyInstance>): Promise<FastifyInstance> {
    const onNewInstance = (message: unknown) => {
      const { fastify } = message as { fastify: FastifyInstance };
      fastify.addHook('onRequest', (request, _reply, done) => {
        const response = request.routeOptions.schema?.response as ResponseSchemas | undefined;
        if (response !== undefined) this.#ofRequest.set(request.raw, response);
        done();
      });
    };
    subscribe('fastify.initialization', onNewInstance);
    try {
      return await build();
    } finally {
      unsubscribe('fastify.initialization', onNewInstance);
    }
  }

  of(rawRequest: object, status: number): TSchema | undefined {
    const schemas = this.#ofRequest.get(rawRequest);
    return schemas?.[status] ?? schemas?.[`${Math.floor(status / 100)}xx`] ?? schemas?.default;
  }
}

/** Sends requests and checks each answer against what its route declares. */
export class TestApp {
  readonly app: FastifyInstance;
  readonly #schemas: ResponseSchemaLog;

  constructor(app: FastifyInstance, schemas: ResponseSchemaLog) {
    this.app = app;
    this.#schemas = schemas;
  }

  /** Any request, any answer that keeps to its schema. */
  async send(
    method: Method,
    url: string,
    body?: Body,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> {
    const request: InjectOptions = { method, url, headers: { ...headers } };
    if (body !== undefined) request.payload = payloadOf(body);
    const { statusCode: status, headers: received, payload: text, raw } = await this.app.inject(request);
    const answer = { status, headers: received, text };
    checkAnswer(answer, this.#schemas.of(raw.req, status), `${method} ${url}`);
    return answer;
  }

  /** The `result` of a request that must succeed. Integers beyond 2^53 are bigints, all other numbers are numbers. */
  async result<T = unknown>(method: Method, url: string, body?: Body): Promise<T> {
    const { status, text } = await this.send(method, url, body);
    assert.equal(status, 200, `${method} ${url}: ${text}`);
    return (parseAnswer(text) as { result: T }).result;
  }

  /** The `result` as the text that was sent, for what parsing would change. */
  async resultText(method: Method, url: string, body?: Body): Promise<string> {
    const { status, text } = await this.send(method, url, body);
    const parts = /^\{"result":(.*),"status":"ok","time":[0-9.e-]+\}$/s.exec(text);
    assert.ok(status === 200 && parts !== null, `${method} ${url}: ${text}`);
    return parts[1]!;
  }

  /** Status and message of a request that must fail, such as `404 Not found: …`. */
  async fault(method: Method, url: string, body?: Body): Promise<string> {
    const { status, text } = await this.send(method, url, body);
    assert.ok(status >= 400, `${method} ${url}: ${status} ${text}`);
    const parsed = JSON.parse(text) as { status: { error: string } };
    return `${status} ${parsed.status.error}`;
  }

  /** Creates a collection; `vectors` as in the request, `{size, distance}` or by name. */
  async create(name: string, vectors: object): Promise<void> {
    assert.equal(await this.result('PUT', `/collections/${name}`, { vectors }), true);
  }

  /** Writes points, visible when it returns. */
  async upsert(name: string, points: readonly object[]): Promise<void> {
    await this.result('PUT', `/collections/${name}/points?wait=true`, { points });
  }
}

const parseWithSource = JSON.parse as (
  text: string,
  reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown,
) => unknown;

function parseAnswer(text: string): unknown {
  return parseWithSource(text, (_, value, { source = '' }) => {
    const isInexact = typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source);
    return isInexact ? BigInt(source) : value;
  });
}

function payloadOf(body: Body): string | Buffer {
  if (typeof body === 'string') return body;
  return body instanceof Uint8Array ? Buffer.from(body) : stringifyExact(body);
}

function checkAnswer({ status, headers, text }: Answer, schema: TSchema | undefined, request: string): void {
  if (text === '') assert.equal(headers['content-type'], undefined, `${request}: type of an empty body`);
  if (schema === undefined) {
    assert.equal(text, '', `${request}: the route does not declare ${status}`);
    return;
  }
  const isJson = headers['content-type'] === 'application/json';
  const body: unknown = isJson ? parseExact(Buffer.from(text)) : text;
  if (isJson && status >= 400) checkErrorEnvelope(body, `${request}: ${text}`);
  try {
    compileValidator(schema, { part: 'JSON body' })(body);
  } catch (error) {
    throw new assert.AssertionError({
      message: `${request}: ${status} ${text} is not what the route declares: ${(error as Error).message}`,
    });
  }
}

/** The declared schema allows more than the API promises. */
function checkErrorEnvelope(body: unknown, message: string): void {
  const { status, time, ...rest } = body as { status: { error: unknown }; time: unknown };
  assert.deepEqual(rest, {}, message);
  assert.deepEqual(Object.keys(status), ['error'], message);
  assert.equal(typeof status.error, 'string', message);
  assert.ok(Number(time) >= 0, message);
}

/** Compares what {@link TestApp.fault} gave with the whole message, or with what matters of it. */
export function assertFault(fault: string, expected: string | RegExp): void {
  if (typeof expected === 'string') assert.equal(fault, expected);
  else assert.match(fault, expected);
}
