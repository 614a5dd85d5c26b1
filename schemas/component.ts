/**
 * The registry of API components and what a schema can carry beyond JSON Schema. A component has the name that Qdrant's
 * OpenAPI document gives it; other schemas nest it by reference to the object, so static types need no lookup.
 */
import { Type, type Static, type TSchema, type TUnsafe } from 'typebox';

/** What a rule found. `at` is the path below the value; a `format` fault is a 400, all others are a 422. */
export interface RuleFault {
  readonly at?: string;
  readonly message: string;
  readonly format?: boolean;
}

/** Checks what JSON Schema cannot say. It only sees values of the right shape. */
export type Rule<T> = (value: T) => RuleFault | undefined;

/** Facts that the validator reads from a schema and that no document shows (they are not enumerable). */
export interface SchemaFacts {
  readonly rules?: readonly Rule<never>[];
  /** Other spellings of property names that a request may use. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** 0 is a fault of format (400), although the bound itself is one of value (422). */
  readonly isNonZero?: boolean;
  /** Text for a value outside the bounds, instead of the general one. */
  readonly boundText?: string;
  /** The path segment under which violations inside this object are reported. */
  readonly flattenedAs?: string;
  /** Of some properties: the segment below that one, for an object flattened into an object. */
  readonly flattenedInside?: Readonly<Record<string, string>>;
  /** Of a union: what is wrong inside the chosen variant is told, instead of only that no variant fits. */
  readonly tellsInside?: boolean;
  /** Of a union: the position of the variant for a value, where shapes alone do not tell. */
  readonly choose?: (value: unknown) => number;
  /** Of a union of one element or a list: a lone element is reported as the first of a list. */
  readonly isOneOrMany?: boolean;
  /** Text for a value of the wrong shape, instead of the general one. */
  readonly explain?: (value: unknown) => string;
  /** Of a reference: the component it points to. */
  readonly target?: () => TSchema;
}

const components = new Map<string, TSchema>();

/** All components registered so far, by name. */
export function componentSchemas(): ReadonlyMap<string, TSchema> {
  return components;
}

/** Registers `schema` as the component `name`, which must be new, and returns it. */
export function component<T extends TSchema>(name: string, schema: T): T {
  if (components.has(name)) throw new Error(`component ${name} is defined twice`);
  if ('$id' in schema) throw new Error(`component ${name} is already called ${String(schema.$id)}`);
  Object.assign(schema, { $id: name });
  components.set(name, schema);
  return schema;
}

/** Adds facts to a schema, in place, and returns it. */
export function withFacts<T extends TSchema>(schema: T, facts: SchemaFacts): T {
  const known = (schema as { '~facts'?: SchemaFacts })['~facts'];
  Object.defineProperty(schema, '~facts', { value: { ...known, ...facts }, configurable: true });
  return schema;
}

/** Adds a rule that every value of `schema` must keep. */
export function rule<T extends TSchema>(schema: T, check: Rule<Static<T>>): T {
  const known = (schema as { '~facts'?: SchemaFacts })['~facts']?.rules ?? [];
  return withFacts(schema, { rules: [...known, check as Rule<never>] });
}

/** A reference by name, for components that contain themselves; `T` is their hand-written type. */
export function ref<T>(name: string): TUnsafe<T> {
  const target = (): TSchema => {
    const found = components.get(name);
    if (found === undefined) throw new Error(`there is no component ${name}`);
    return found;
  };
  return withFacts(Type.Unsafe<T>(Type.Ref(name)), { target });
}

/** The text that Qdrant's validator prints for a rule that has a name and no message of its own. */
export function unnamedRule(code: string): string {
  return `Validation error: ${code} [{}]`;
}
