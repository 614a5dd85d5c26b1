import type {
  Expression,
  FormulaQuery,
  Operator,
  OperatorExpression,
  OperatorOperands,
} from '../../../../schemas/formula.ts';
import type { Condition } from '../../../../schemas/filter.ts';
import { compileFilter, type FilterContext } from '../../payload/filter/compile.ts';
import { compileDecay } from './decay.ts';
import { finite, numberText } from './fault.ts';
import {
  compileDiv,
  compileExtreme,
  compileFunction,
  compileMult,
  compilePow,
  compileSum,
} from './operators.ts';
import type { Evaluate } from './point.ts';
import {
  compileDatetime,
  compileDatetimeKey,
  compileGeoDistance,
  compileVariable,
  Defaults,
} from './variables.ts';

interface Compiler {
  readonly defaults: Defaults;
  readonly context: FilterContext;
  compile(expression: Expression): Evaluate;
}

type OperatorTable = {
  readonly [Key in Operator]: (operand: OperatorOperands[Key], compiler: Compiler) => Evaluate;
};

const OPERATORS: OperatorTable = {
  geo_distance: (params, { defaults }) => compileGeoDistance(params, defaults),
  datetime: (text) => compileDatetime(text),
  datetime_key: (key, { defaults }) => compileDatetimeKey(key, defaults),
  mult: (operands, { compile }) => compileMult(operands, compile),
  sum: (operands, { compile }) => compileSum(operands, compile),
  max: (operands, { compile }) => compileExtreme('max', operands, compile),
  min: (operands, { compile }) => compileExtreme('min', operands, compile),
  div: (params, { compile }) => compileDiv(params, compile),
  pow: (params, { compile }) => compilePow(params, compile),
  neg: (operand, { compile }) => compileFunction('neg', operand, compile),
  abs: (operand, { compile }) => compileFunction('abs', operand, compile),
  sqrt: (operand, { compile }) => compileFunction('sqrt', operand, compile),
  exp: (operand, { compile }) => compileFunction('exp', operand, compile),
  log10: (operand, { compile }) => compileFunction('log10', operand, compile),
  ln: (operand, { compile }) => compileFunction('ln', operand, compile),
  acosh: (operand, { compile }) => compileFunction('acosh', operand, compile),
  lin_decay: (params, { compile }) => compileDecay('lin_decay', params, compile),
  exp_decay: (params, { compile }) => compileDecay('exp_decay', params, compile),
  gauss_decay: (params, { compile }) => compileDecay('gauss_decay', params, compile),
};
const OPERATOR_KEYS = Object.keys(OPERATORS) as Operator[];

/** An object with one of these is a condition, whatever else is in it. */
const CONDITION_KEYS = ['key', 'is_empty', 'is_null', 'has_id', 'has_vector', 'slice', 'nested'];

/**
 * Compiles a validated formula to the score of a point, a float32. Evaluating it costs what its parts cost; it is not
 * re-entrant.
 *
 * @throws NEARIFY_WRONG_INPUT for variables and parameters that make no sense; the compiled formula throws it for points
 * that lack a value or whose score is no number.
 */
export function compileFormula({ formula, defaults }: FormulaQuery, context: FilterContext = {}): Evaluate {
  const compiler: Compiler = {
    defaults: new Defaults(defaults ?? {}),
    context,
    compile: (expression) => compileExpression(expression, compiler),
  };
  const evaluate = compiler.compile(formula);
  return (point) => {
    const exact = evaluate(point);
    return finite(Math.fround(exact), () => `${numberText(exact)} as f32`);
  };
}

function compileExpression(expression: Expression, compiler: Compiler): Evaluate {
  if (typeof expression === 'number') {
    const constant = Math.fround(expression);
    return () => constant;
  }
  if (typeof expression === 'string') return compileVariable(expression, compiler.defaults);
  const key = operatorOf(expression);
  return key === undefined
    ? compileCondition(expression as Condition, compiler.context)
    : compileOperator(key, expression as OperatorExpression, compiler);
}

function operatorOf(expression: object): Operator | undefined {
  if (CONDITION_KEYS.some((key) => key in expression)) return undefined;
  return OPERATOR_KEYS.find((key) => key in expression);
}

function compileOperator<Key extends Operator>(
  key: Key,
  expression: OperatorExpression,
  compiler: Compiler,
): Evaluate {
  const operand = (expression as { [Only in Key]: OperatorOperands[Key] })[key];
  return OPERATORS[key](operand, compiler);
}

function compileCondition(condition: Condition, context: FilterContext): Evaluate {
  const holds = compileFilter({ must: condition }, context);
  return (point) => (holds(point) ? 1 : 0);
}
