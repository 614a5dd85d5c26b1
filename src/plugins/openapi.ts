import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance, FastifySchema } from 'fastify';
import type { TSchema } from 'typebox';
import { componentSchemas } from '../../schemas/component.ts';

/** Stands for a component until the document is complete; the generator would try to resolve real references. */
const MARK = 'x-component';

const TAGS = [
  { name: 'Collections', description: 'Create, change and describe collections.' },
  { name: 'Points', description: 'Write and read points.' },
  { name: 'Search', description: 'Find points.' },
  { name: 'Service', description: 'The server itself.' },
];

/**
 * Serves `/openapi.json` and a page to read and try the API at `/docs`, both generated from the schemas of the routes.
 * Call it before the routes are declared.
 */
export async function useOpenapi(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Nearify',
        description: 'Async vector search server that speaks the Qdrant REST API.',
        version,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      tags: TAGS,
    },
    transform: ({ schema, url }) => ({ schema: marked(schema) as FastifySchema, url }),
    transformObject: (document) =>
      withComponents('openapiObject' in document ? document.openapiObject : document.swaggerObject),
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null;
}

/** The schema with every component inside it replaced by its mark. */
function marked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(marked);
  if (!isObject(value)) return value;
  const name = value.$id ?? value.$ref;
  if (typeof name === 'string' && componentSchemas().has(name)) return { [MARK]: name };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, marked(item)]));
}

function withComponents(document: object): Record<string, unknown> {
  const components = Object.fromEntries(
    [...componentSchemas()].map(([name, schema]) => [name, referencing(contents(schema))]),
  );
  const { paths, ...rest } = document as Json;
  return { ...rest, paths: referencing(paths), components: { schemas: components } };
}

/** A component's own schema, what it nests marked. */
function contents(schema: TSchema): unknown {
  const { $id: _, ...rest } = schema as Json;
  return marked(rest);
}

/** Marks become references, alternatives of constants become enumerations. */
function referencing(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referencing);
  if (!isObject(value)) return value;
  const { [MARK]: name, ...rest } = value;
  if (name !== undefined) return { ...rest, $ref: `#/components/schemas/${String(name)}` };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, referencing(item)]));
}
