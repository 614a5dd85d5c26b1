/** Formulas: scores computed from the scores of prefetches, payload values and conditions. */
import { isNumberObject } from 'node:util/types';
import { Type, type Static, type TSchema, type TUnsafe } from 'typebox';
import { JsonPath } from './common.ts';
import { component, ref, rule, unnamedRule, withFacts } from './component.ts';
import { Condition, CONDITION_KEYS, GeoPoint } from './filter.ts';
import { float32, opt } from './scalars.ts';

const expression = (): TUnsafe<Expression> => ref<Expression>('Expression');

/** Several operands; a list of numbers alone may come as float32. */
type Operands = Expression[] | Float32Array;
const operands = () => Type.Unsafe<Operands>(Type.Array(expression()));

export const GeoDistanceParams = component(
  'GeoDistanceParams',
  Type.Object({ origin: GeoPoint, to: JsonPath }),
);
export type GeoDistanceParams = Static<typeof GeoDistanceParams>;

export const DivParams = component(
  'DivParams',
  Type.Object({ left: expression(), right: expression(), by_zero_default: opt(float32()) }),
);
export interface DivParams {
  left: Expression;
  right: Expression;
  by_zero_default?: number | null;
}

export const PowParams = component('PowParams', Type.Object({ base: expression(), exponent: expression() }));
export interface PowParams {
  base: Expression;
  exponent: Expression;
}

export const DecayParamsExpression = component(
  'DecayParamsExpression',
  Type.Object({
    x: expression(),
    target: opt(expression(), { description: 'Where the result is 1: at 0 if not given.' }),
    scale: opt(float32(), {
      description: 'How far from the target the result is `midpoint`: 1 if not given.',
    }),
    midpoint: opt(float32(), { description: '0.5 if not given.' }),
  }),
);
export interface DecayParamsExpression {
  x: Expression;
  target?: Expression | null;
  scale?: number | null;
  midpoint?: number | null;
}

/** What the object of each operator holds, by its key. */
export interface OperatorOperands {
  geo_distance: GeoDistanceParams;
  datetime: string;
  datetime_key: string;
  mult: Operands;
  sum: Operands;
  neg: Expression;
  abs: Expression;
  div: DivParams;
  sqrt: Expression;
  pow: PowParams;
  exp: Expression;
  log10: Expression;
  ln: Expression;
  acosh: Expression;
  max: Operands;
  min: Operands;
  lin_decay: DecayParamsExpression;
  exp_decay: DecayParamsExpression;
  gauss_decay: DecayParamsExpression;
}
export type Operator = keyof OperatorOperands;
export type OperatorExpression = { [Key in Operator]: { [Only in Key]: OperatorOperands[Key] } }[Operator];
export type Expression = number | string | Condition | OperatorExpression;

const operator = (name: string, key: Operator, operand: TSchema) =>
  component(name, Type.Object({ [key]: operand }));

const OPERATORS: Readonly<Record<Operator, TSchema>> = {
  geo_distance: operator('GeoDistance', 'geo_distance', GeoDistanceParams),
  datetime: operator('DatetimeExpression', 'datetime', Type.String()),
  datetime_key: operator('DatetimeKeyExpression', 'datetime_key', JsonPath),
  mult: operator('MultExpression', 'mult', operands()),
  sum: operator('SumExpression', 'sum', operands()),
  neg: operator('NegExpression', 'neg', expression()),
  abs: operator('AbsExpression', 'abs', expression()),
  div: operator('DivExpression', 'div', DivParams),
  sqrt: operator('SqrtExpression', 'sqrt', expression()),
  pow: operator('PowExpression', 'pow', PowParams),
  exp: operator('ExpExpression', 'exp', expression()),
  log10: operator('Log10Expression', 'log10', expression()),
  ln: operator('LnExpression', 'ln', expression()),
  acosh: operator('AcoshExpression', 'acosh', expression()),
  max: operator('MaxExpression', 'max', operands()),
  min: operator('MinExpression', 'min', operands()),
  lin_decay: operator('LinDecayExpression', 'lin_decay', DecayParamsExpression),
  exp_decay: operator('ExpDecayExpression', 'exp_decay', DecayParamsExpression),
  gauss_decay: operator('GaussDecayExpression', 'gauss_decay', DecayParamsExpression),
};
const OPERATOR_KEYS = Object.keys(OPERATORS);

/** Positions of the variants that are no operators. */
const CONSTANT = 0;
const VARIABLE = 1;
const CONDITION = 2;
const FIRST_OPERATOR = 3;

/** A Number object is a float such as 1.0. */
function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || isNumberObject(value);
}

/** An object with the key of a condition is one, whatever else is in it. */
function variantOf(value: unknown): number {
  if (isNumeric(value)) return CONSTANT;
  if (typeof value === 'string') return VARIABLE;
  if (typeof value !== 'object' || value === null) return -1;
  if (CONDITION_KEYS.some((key) => key in value)) return CONDITION;
  const position = OPERATOR_KEYS.findIndex((key) => key in value);
  return position < 0 ? CONDITION : FIRST_OPERATOR + position;
}

export const Expression = component(
  'Expression',
  withFacts(
    Type.Unsafe<Expression>(
      Type.Union([float32(), Type.String(), Condition, ...Object.values(OPERATORS)], {
        description:
          'A number, a variable (`$score`, `$score[1]` or a payload key), a condition (1 if it holds, else 0) or an operator.',
      }),
    ),
    { choose: variantOf },
  ),
);

const SCORE = /^\$score(\[\d+\])?$/;

export const FormulaQuery = component(
  'FormulaQuery',
  rule(
    Type.Object({
      formula: Expression,
      defaults: Type.Optional(
        Type.Unsafe<Record<string, unknown>>({
          type: 'object',
          additionalProperties: true,
          description: 'Values of variables for points that lack them.',
        }),
      ),
    }),
    ({ defaults = {} }) => {
      for (const [name, value] of Object.entries(defaults)) {
        if (!name.startsWith('$')) continue;
        if (!SCORE.test(name)) return { at: 'defaults', message: `Invalid reserved word: ${name}` };
        if (!isNumeric(value)) {
          return { at: 'defaults', message: unnamedRule('Score default must be a number') };
        }
      }
      return undefined;
    },
  ),
);
export type FormulaQuery = Static<typeof FormulaQuery>;
