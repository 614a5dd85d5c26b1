import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly requestBody?: unknown;
  readonly responses?: Readonly<Record<string, unknown>>;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> };
}

const { app } = await buildTestApp({ after }, { collections: {} });
const document = (await app.inject('/openapi.json')).json<Document>();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);

test('the routes are in the document', () => {
  assert.match(document.openapi, /^3\.1\./);
  const collection = '/collections/{collection_name}';
  const names = new Set(operations.map(({ name }) => name));
  for (const name of [
    'GET /',
    'GET /healthz',
    'GET /livez',
    'GET /readyz',
    'GET /collections',
    `GET ${collection}`,
    `GET ${collection}/exists`,
    `PUT ${collection}`,
    `DELETE ${collection}`,
    `GET ${collection}/points/{id}`,
    `PUT ${collection}/points`,
    `POST ${collection}/points`,
    `POST ${collection}/points/count`,
    `POST ${collection}/points/delete`,
    `POST ${collection}/points/query`,
    `POST ${collection}/points/query/batch`,
    `POST ${collection}/points/scroll`,
  ]) {
    assert.ok(names.has(name), name);
  }
});

test('every operation has a name of its own, a summary, a tag and answers', () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  assert.equal(new Set(ids).size, operations.length);
  for (const { name, operation } of operations) {
    assert.ok(operation.operationId && operation.summary && operation.tags?.length === 1, name);
    assert.ok(operation.responses && '200' in operation.responses, name);
  }
});

test('what is in an envelope declares its errors', () => {
  for (const { name, operation } of operations) {
    if (!name.includes('/collections')) continue;
    assert.ok('4xx' in operation.responses! || '4XX' in operation.responses!, name);
    assert.ok('default' in operation.responses!, name);
  }
});

test('every reference leads to a component', () => {
  const referenced = new Set<string>();
  const visit = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [key, item] of Object.entries(value)) {
      if (key === '$ref') referenced.add(String(item));
      else visit(item);
    }
  };
  visit(document);
  const known = new Set(
    Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`),
  );
  assert.deepEqual(
    [...referenced].filter((name) => !known.has(name)),
    [],
  );
  assert.ok(referenced.has('#/components/schemas/QueryRequest'));
});

test('the document holds plain JSON schema', () => {
  const text = JSON.stringify(document);
  assert.doesNotMatch(text, /x-component|"\$id"|~facts/);
});

test('/docs is a page to read and try the API', async () => {
  const { statusCode, headers, payload } = await app.inject('/docs');
  assert.equal(statusCode, 200);
  assert.match(String(headers['content-type']), /^text\/html/);
  assert.match(payload, /swagger/i);
});
