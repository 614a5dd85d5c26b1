import { JsonFloat } from '../json/lossless.ts';
import { RawJson } from '../json/reader.ts';
import {
  asMeant,
  type Facts,
  type Fault,
  invalidType,
  isObject,
  type Path,
  type RuleFault,
  type SchemaNode,
} from './node.ts';
import { ANYTHING, BOOLEAN, float, integer, NULL, type ScalarSchema, text, variants } from './scalars.ts';

/** The part of JSON Schema that the API's schemas are written in. */
export interface Schema extends ScalarSchema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly patternProperties?: Readonly<Record<string, Schema>>;
}

const compiled = new WeakMap<Schema, SchemaNode>();

/** Compiles a schema, each object of it once. */
export function compile(schema: Schema): SchemaNode {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const facts = (schema as { '~facts'?: Facts })['~facts'] ?? {};
  const node = withRules(shapeNode(schema, facts), facts);
  compiled.set(schema, node);
  return node;
}

function shapeNode(schema: Schema, facts: Facts): SchemaNode {
  if (schema.$ref !== undefined) return reference(facts);
  if (schema.anyOf !== undefined) return union(schema, facts);
  if (schema.enum !== undefined) return variants(schema.enum);
  if (schema.const !== undefined) return variants([schema.const]);
  switch (schema.type) {
    case 'string':
      return text(schema);
    case 'integer':
      return integer(schema, facts);
    case 'number':
      return float(schema, facts);
    case 'boolean':
      return BOOLEAN;
    case 'null':
      return NULL;
    case 'array':
      return list(compile(schema.items ?? {}), schema.items?.type === 'number');
    case 'object':
      return objectNode(schema, facts);
    default:
      return ANYTHING;
  }
}

/** Looked up at the first use: components may contain themselves. */
function reference(facts: Facts): SchemaNode {
  let target: SchemaNode | undefined;
  const node = () => {
    target ??= compile(facts.target!() as Schema);
    return target;
  };
  return {
    fits: (value) => node().fits(value),
    explain: (value) => node().explain(value),
    verify: (value, path, faults) => node().verify(value, path, faults),
    get isFloat() {
      return node().isFloat;
    },
    get takesFloat() {
      return node().takesFloat;
    },
  };
}

function withRules(node: SchemaNode, facts: Facts): SchemaNode {
  const { rules = [], explain } = facts;
  if (rules.length === 0 && explain === undefined) return node;
  return {
    fits: node.fits,
    explain: explain ?? node.explain,
    verify: (value, path, faults) => {
      node.verify(value, path, faults);
      for (const rule of rules as readonly ((value: unknown) => RuleFault | undefined)[]) {
        const fault = rule(value);
        if (fault === undefined) continue;
        const at = fault.at === undefined ? path : [...path, fault.at];
        faults.push({ path: at, message: fault.message, isFormat: fault.format === true });
      }
    },
    get isFloat() {
      return node.isFloat;
    },
    get takesFloat() {
      return node.takesFloat;
    },
  };
}

/** `isNumbers`: there is nothing but plain numbers, which have no rules, and often very many of them. */
function list(items: SchemaNode, isNumbers: boolean): SchemaNode {
  const fitsItem = (value: unknown, i: number, all: unknown[]) => {
    const meant = asMeant(value, items);
    if (meant !== value) all[i] = meant;
    return items.fits(meant);
  };
  return {
    // The reader gives a Float32Array only where every element is a number.
    fits: (value) =>
      value instanceof Float32Array ? items.isFloat : Array.isArray(value) && value.every(fitsItem),
    explain: (value) => {
      if (value instanceof Float32Array) return items.explain(anyFloat(value));
      if (!Array.isArray(value)) return invalidType(value, 'a sequence');
      return items.explain(value.find((item) => !items.fits(item)));
    },
    verify: (value, path, faults) => {
      if (isNumbers || value instanceof Float32Array) return;
      for (const [i, item] of (value as unknown[]).entries()) items.verify(item, [...path, `[${i}]`], faults);
    },
    isFloat: false,
    takesFloat: false,
  };
}

/** One of the numbers that make the list one of floats, as far as the list still tells. */
function anyFloat(values: Float32Array): unknown {
  return values.find((value) => !Number.isInteger(value)) ?? new JsonFloat(values[0]);
}

interface Property {
  readonly name: string;
  /** Path to the property as messages show it. */
  readonly shown: readonly string[];
  readonly node: SchemaNode;
  readonly isRequired: boolean;
}

function objectNode(schema: Schema, facts: Facts): SchemaNode {
  const entries = Object.values(schema.patternProperties ?? {})[0];
  if (entries !== undefined) return map(compile(entries));
  if (schema.properties === undefined) return anyObject();
  return record(schema, facts);
}

function anyObject(): SchemaNode {
  return {
    fits: (value) => isObject(value),
    explain: (value) => invalidType(value, 'a map'),
    verify: () => {},
    isFloat: false,
    takesFloat: false,
  };
}

function record(schema: Schema, facts: Facts): SchemaNode {
  const properties: Property[] = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    shown: [facts.flattenedAs, facts.flattenedInside?.[name], name].filter((step) => step !== undefined),
    node: compile(property),
    isRequired: schema.required?.includes(name) ?? false,
  }));
  const names = new Set(properties.map(({ name }) => name));
  const isClosed = schema.additionalProperties === false;
  const fitsProperty = (value: Record<string, unknown>, { name, node, isRequired }: Property) => {
    const given = value[name];
    if (given === undefined || (given === null && !isRequired)) return !isRequired;
    const meant = asMeant(given, node);
    if (meant !== given) value[name] = meant;
    return node.fits(meant);
  };
  return {
    fits: (value) => {
      if (!isObject(value) || value instanceof RawJson) return false;
      if (facts.aliases !== undefined) renameAliases(value, facts.aliases);
      if (isClosed && Object.keys(value).some((key) => !names.has(key))) return false;
      return properties.every((property) => fitsProperty(value, property));
    },
    explain: (value) => explainRecord(value, schema, properties, isClosed ? names : undefined),
    verify: (value, path, faults) => {
      const object = value as Record<string, unknown>;
      for (const { name, node, shown } of properties) {
        const given = object[name];
        if (given !== undefined && given !== null) node.verify(given, [...path, ...shown], faults);
      }
    },
    isFloat: false,
    takesFloat: false,
  };
}

function renameAliases(value: Record<string, unknown>, aliases: Readonly<Record<string, string>>): void {
  for (const [alias, name] of Object.entries(aliases)) {
    if (!(alias in value)) continue;
    value[name] ??= value[alias];
    delete value[alias];
  }
}

function explainRecord(
  value: unknown,
  schema: Schema,
  properties: readonly Property[],
  closedNames: ReadonlySet<string> | undefined,
): string {
  if (!isObject(value)) return invalidType(value, `struct ${schema.$id ?? 'object'}`);
  const unknown = closedNames && Object.keys(value).find((key) => !closedNames.has(key));
  if (unknown !== undefined) {
    const expected = [...closedNames!].map((name) => `\`${name}\``);
    return `unknown field \`${unknown}\`, expected ${expected.length > 1 ? 'one of ' : ''}${expected.join(', ')}`;
  }
  for (const { name, node, isRequired } of properties) {
    const given = value[name];
    if (given === undefined) {
      if (isRequired) return `missing field \`${name}\``;
    } else if ((given !== null || isRequired) && !node.fits(given)) return node.explain(given);
  }
  return invalidType(value, `struct ${schema.$id ?? 'object'}`);
}

/** An object with any keys; an entry shows as `?` in paths, and as `?[i]` when several are wrong. */
function map(entries: SchemaNode): SchemaNode {
  return {
    fits: (value) =>
      isObject(value) && !(value instanceof RawJson) && Object.values(value).every(entries.fits),
    explain: (value) => {
      if (!isObject(value)) return invalidType(value, 'a map');
      return entries.explain(Object.values(value).find((entry) => !entries.fits(entry)));
    },
    verify: (value, path, faults) => {
      const found = Object.values(value as object).map((entry) => {
        const inside: Fault[] = [];
        entries.verify(entry, [], inside);
        return inside;
      });
      const faulty = found.filter((inside) => inside.length > 0);
      for (const [i, inside] of faulty.entries()) {
        const step = faulty.length > 1 ? ['?', `[${i}]`] : ['?'];
        for (const fault of inside) faults.push({ ...fault, path: [...path, ...step, ...fault.path] });
      }
    },
    isFloat: false,
    takesFloat: false,
  };
}

function union(schema: Schema, facts: Facts): SchemaNode {
  const nodes = schema.anyOf!.map(compile);
  const chosenFor = (value: unknown) => facts.choose?.(value) ?? -1;
  const hasInteger = schema.anyOf!.some(({ type }) => type === 'integer');
  let isFloat: boolean | undefined;
  let takesFloat: boolean | undefined;
  return {
    // Each variant is tried once: a second look would double the cost with every level that unions are nested.
    fits: (value) => {
      const chosen = chosenFor(value);
      return chosen >= 0 ? nodes[chosen]!.fits(value) : nodes.some((node) => node.fits(value));
    },
    explain: (value) => explainUnion(value, schema, facts, nodes),
    verify: (value, path: Path, faults) => {
      const chosen = chosenFor(value);
      const index = chosen >= 0 ? chosen : nodes.findIndex((node) => node.fits(value));
      const isLone = facts.isOneOrMany === true && index === 0;
      nodes[index]?.verify(value, isLone ? [...path, '[0]'] : path, faults);
    },
    // Asked for at the first use: a variant may refer to what is still being compiled.
    get isFloat() {
      isFloat ??= !hasInteger && nodes.some((node) => node.isFloat);
      return isFloat;
    },
    get takesFloat() {
      takesFloat ??= nodes.some((node) => node.takesFloat);
      return takesFloat;
    },
  };
}

function explainUnion(value: unknown, schema: Schema, facts: Facts, nodes: readonly SchemaNode[]): string {
  const isOther = ({ type }: Schema) => type !== 'null';
  const others = schema.anyOf!.filter(isOther);
  if (others.length === 1) return compile(others[0]!).explain(value);
  const likely = facts.tellsInside === true ? likelyVariant(value, schema, facts) : -1;
  if (likely >= 0) return nodes[likely]!.explain(value);
  return `data did not match any variant of untagged enum ${schema.$id ?? 'value'}`;
}

/** The variant that the value was meant to be, judged by its kind and by the keys that it has. */
function likelyVariant(value: unknown, schema: Schema, facts: Facts): number {
  const chosen = facts.choose?.(value) ?? -1;
  if (chosen >= 0) return chosen;
  if (facts.isOneOrMany === true) return Array.isArray(value) ? 1 : 0;
  if (!isObject(value)) return -1;
  return schema.anyOf!.findIndex(({ required }) => required?.some((key) => key in value) ?? false);
}
