import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Type, type TSchema } from 'typebox';
import {
  component,
  componentSchemas,
  ref,
  rule,
  unnamedRule,
  withFacts,
} from '../../../schemas/component.ts';
import { compileValidator } from '../../../src/shared/validation.ts';

const folder = fileURLToPath(new URL('../../../schemas/', import.meta.url));
// A name that two files register throws while they load.
for (const file of globSync('**/*.ts', { cwd: folder })) await import(pathToFileURL(folder + file).href);
const components = [...componentSchemas()];

/** Every schema that lies inside of another one, itself included. */
function* within(schema: TSchema, seen = new Set<unknown>()): Generator<TSchema> {
  if (seen.has(schema)) return;
  seen.add(schema);
  yield schema;
  const { anyOf, items, properties, patternProperties } = schema as Record<string, never>;
  const inner = [anyOf ?? [], items ?? [], ...[properties ?? {}, patternProperties ?? {}].map(Object.values)];
  for (const child of inner.flat()) yield* within(child as TSchema, seen);
}

test('components are registered under the name that they carry', () => {
  assert.ok(components.length > 100);
  for (const [name, schema] of components) {
    assert.match(name, /^[A-Z][A-Za-z0-9]*$/);
    assert.equal((schema as { $id?: string }).$id, name);
  }
});

test('a name registers once, and a component has one name', () => {
  assert.throws(() => component('Filter', Type.String()), /component Filter is defined twice/);
  const [[name, schema]] = components as [(typeof components)[number]];
  assert.throws(
    () => component('Another', schema),
    new RegExp(`component Another is already called ${name}`),
  );
  assert.ok(!componentSchemas().has('Another'));
});

test('every component compiles, and every reference has a target', () => {
  for (const [name, schema] of components) {
    assert.ok(compileValidator(schema, { part: 'JSON body' }), name);
    for (const inner of within(schema)) {
      if ('$ref' in inner) assert.ok(componentSchemas().has(String(inner.$ref)), `${name} to ${inner.$ref}`);
    }
  }
  const dangling = compileValidator(ref('Nowhere'), { part: 'JSON body' });
  assert.throws(() => dangling(1), /there is no component Nowhere/);
});

test('every example and every default is valid where it stands', () => {
  let checked = 0;
  for (const [name, schema] of components) {
    for (const inner of within(schema)) {
      const { examples = [], default: fallback } = inner as { examples?: unknown[]; default?: unknown };
      const values = fallback === undefined ? examples : [...examples, fallback];
      const validate = compileValidator(inner, { part: 'JSON body' });
      for (const value of values) {
        assert.doesNotThrow(() => validate(value), `${JSON.stringify(value)} of ${name}`);
        checked += 1;
      }
    }
  }
  assert.ok(checked > 0);
});

test('facts show in no document', () => {
  const schema = withFacts(
    rule(Type.String(), () => undefined),
    { boundText: 'x' },
  );
  assert.deepEqual(JSON.parse(JSON.stringify(schema)), { type: 'string' });
  assert.deepEqual(Object.keys(schema), Object.keys(Type.String()));
});

test('facts and rules add up', () => {
  const schema = rule(
    rule(withFacts(Type.String(), { boundText: 'x' }), () => ({ message: 'one' })),
    () => ({ message: unnamedRule('two') }),
  );
  assert.throws(() => compileValidator(schema, { part: 'JSON body' })('a'), {
    message: 'Validation error in JSON body: [: one; : Validation error: two [{}]]',
  });
});
