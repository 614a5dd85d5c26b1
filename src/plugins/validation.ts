import type { FastifyInstance, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { formatError, ServiceError } from '../shared/errors.ts';
import { stringifyExact } from '../shared/json/exact.ts';
import { coerceParameters, compileValidator } from '../shared/validation.ts';

const FRAMEWORK_JSON_TYPE = 'application/json; charset=utf-8';
const NO_BODY = 'EOF while parsing a value at line 1 column 0';

/**
 * Validates paths, query strings and the bodies of the control plane with the schemas of the routes. A body that came as
 * bytes belongs to the data plane: the thread that parses it validates it with the same schema.
 */
export function useValidation(app: FastifyInstance): void {
  app.setValidatorCompiler<TSchema>(validatorFor);
  // What a handler returns was built by us; a schema that drops or converts values could only hide mistakes.
  app.setSerializerCompiler(() => stringifyExact);
}

/** Lets objects that handlers return go out with the content type of the API. */
export function useApiContentType(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, _payload, done) => {
    // JSON is UTF-8 by definition: the framework's charset parameter is not in the API.
    if (reply.getHeader('content-type') === FRAMEWORK_JSON_TYPE)
      reply.header('content-type', 'application/json');
    done();
  });
}

const validatorFor: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'body') {
    const validate = compileValidator(schema, { part: 'JSON body' });
    return (body: unknown) => {
      if (body instanceof Uint8Array) return { value: body };
      if (body === undefined || body === null) return { error: formatError('JSON body', NO_BODY) };
      return outcomeOf(() => validate(body));
    };
  }
  const part = httpPart === 'params' ? 'path parameters' : 'query parameters';
  const validate = compileValidator(schema, { part });
  // Most requests have no query string, which always means the same.
  const whenEmpty = outcomeOf(() => Object.freeze(validate({})));
  return (raw: Record<string, unknown>) =>
    isEmpty(raw) ? whenEmpty : outcomeOf(() => validate(coerceParameters(schema, raw)));
};

function isEmpty(object: object): boolean {
  for (const _ in object) return false;
  return true;
}

function outcomeOf(validate: () => unknown): { value: unknown } | { error: Error } {
  try {
    return { value: validate() };
  } catch (error) {
    if (error instanceof ServiceError) return { error };
    throw error;
  }
}
