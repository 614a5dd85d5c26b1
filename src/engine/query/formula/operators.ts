/** The arithmetic of formulas. Results that are no numbers are errors; a product or quotient of 0 asks no further. */
import type { DivParams, Expression, OperatorOperands, PowParams } from '../../../../schemas/formula.ts';
import { finite, invalidFormula, numberText } from './fault.ts';
import type { Evaluate } from './point.ts';

type Compile = (expression: Expression) => Evaluate;
type Operands = OperatorOperands['sum'];

function compileAll(operands: Operands, compile: Compile): Evaluate[] {
  return Array.from(operands, compile);
}

export function compileMult(operands: Operands, compile: Compile): Evaluate {
  const factors = compileAll(operands, compile);
  return (point) => {
    let product = 1;
    for (const factor of factors) {
      const value = factor(point);
      if (value === 0) return 0;
      product *= value;
    }
    return product;
  };
}

export function compileSum(operands: Operands, compile: Compile): Evaluate {
  const terms = compileAll(operands, compile);
  return (point) => {
    let sum = 0;
    for (const term of terms) sum += term(point);
    return sum;
  };
}

/** The largest or the smallest of at least one operand. @throws NEARIFY_WRONG_INPUT if there is none */
export function compileExtreme(kind: 'max' | 'min', operands: Operands, compile: Compile): Evaluate {
  const values = compileAll(operands, compile);
  if (values.length === 0) throw invalidFormula(`\`${kind}\` needs at least one operand`);
  const choose = Math[kind];
  return (point) => values.map((value) => value(point)).reduce((a, b) => choose(a, b));
}

export function compileDiv(params: DivParams, compile: Compile): Evaluate {
  const left = compile(params.left);
  const right = compile(params.right);
  const byZero = params.by_zero_default;
  return (point) => {
    const dividend = left(point);
    if (dividend === 0) return 0;
    const divisor = right(point);
    if (divisor === 0 && typeof byZero === 'number') return Math.fround(byZero);
    return finite(dividend / divisor, () => `${numberText(dividend)}/${numberText(divisor)}`);
  };
}

export function compilePow(params: PowParams, compile: Compile): Evaluate {
  const base = compile(params.base);
  const exponent = compile(params.exponent);
  return (point) => {
    const b = base(point);
    const e = exponent(point);
    return finite(b ** e, () => `${numberText(b)}^${numberText(e)}`);
  };
}

/** Functions of one operand and how they show in a message. */
const FUNCTIONS = {
  neg: { apply: (x: number) => -x, text: (x: string) => `-${x}` },
  abs: { apply: Math.abs, text: (x: string) => `|${x}|` },
  sqrt: { apply: Math.sqrt, text: (x: string) => `√${x}` },
  exp: { apply: Math.exp, text: (x: string) => `exp(${x})` },
  log10: { apply: Math.log10, text: (x: string) => `log10(${x})` },
  ln: { apply: Math.log, text: (x: string) => `ln(${x})` },
  acosh: { apply: Math.acosh, text: (x: string) => `acosh(${x})` },
} as const;

export function compileFunction(
  name: keyof typeof FUNCTIONS,
  operand: Expression,
  compile: Compile,
): Evaluate {
  const { apply, text } = FUNCTIONS[name];
  const inner = compile(operand);
  return (point) => {
    const x = inner(point);
    return finite(apply(x), () => text(numberText(x)));
  };
}
