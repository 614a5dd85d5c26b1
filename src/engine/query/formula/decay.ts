/** Functions that are 1 at a target and fall to 0 with the distance from it. */
import type { DecayParamsExpression } from '../../../../schemas/formula.ts';
import { invalidFormula } from './fault.ts';
import type { Evaluate } from './point.ts';

const TARGET = 0;
const SCALE = 1;
const MIDPOINT = 0.5;

interface Decay {
  /** The constant of the curve, such that it has the value `midpoint` at the distance `scale`. */
  lambda(midpoint: number, scale: number): number;
  value(difference: number, lambda: number): number;
  /** A midpoint of 0 or 1 is allowed. */
  readonly isClosed: boolean;
}

const DECAYS = {
  lin_decay: {
    lambda: (midpoint, scale) => (1 - midpoint) / scale,
    value: (difference, lambda) => Math.max(0, 1 - lambda * Math.abs(difference)),
    isClosed: true,
  },
  exp_decay: {
    lambda: (midpoint, scale) => Math.log(midpoint) / scale,
    value: (difference, lambda) => Math.exp(lambda * Math.abs(difference)),
    isClosed: false,
  },
  gauss_decay: {
    lambda: (midpoint, scale) => Math.log(midpoint) / scale ** 2,
    value: (difference, lambda) => Math.exp(lambda * difference ** 2),
    isClosed: false,
  },
} satisfies Record<string, Decay>;

/** @throws NEARIFY_WRONG_INPUT for a midpoint or scale that makes no curve */
export function compileDecay(
  kind: keyof typeof DECAYS,
  params: DecayParamsExpression,
  compile: (expression: DecayParamsExpression['x']) => Evaluate,
): Evaluate {
  const decay: Decay = DECAYS[kind];
  const lambda = checkedLambda(decay, params);
  const x = compile(params.x);
  const target = compile(params.target ?? TARGET);
  return (point) => decay.value(x(point) - target(point), lambda);
}

function checkedLambda(decay: Decay, params: DecayParamsExpression): number {
  const midpoint = Math.fround(params.midpoint ?? MIDPOINT);
  const scale = Math.fround(params.scale ?? SCALE);
  if (decay.isClosed && !(midpoint >= 0 && midpoint <= 1)) {
    throw invalidFormula(`Linear decay midpoint should be in the range [0.0, 1.0], got ${midpoint}.`);
  }
  if (!decay.isClosed && !(midpoint > 0 && midpoint < 1)) {
    throw invalidFormula(`Decay midpoint should be in the range (0.0, 1.0), got ${midpoint}.`);
  }
  if (!(scale > 0)) throw invalidFormula(`Decay scale should be non-zero positive, got ${scale}.`);
  return decay.lambda(midpoint, scale);
}
