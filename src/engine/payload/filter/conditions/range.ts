/** `range`: bounds of numbers or of moments. */
import type { DatetimeRange, Range, RangeInterface } from '../../../../../schemas/filter.ts';
import { formatError } from '../../../../shared/errors.ts';
import { type Microseconds, parseDatetime } from '../../../../shared/datetime.ts';
import { asDouble } from '../../values.ts';
import { anyElement, type ValueTest } from '../predicate.ts';

const BOUNDS = ['lt', 'lte', 'gt', 'gte'] as const;

type Bound = string | number | bigint | null | undefined;

function isDatetimeRange(range: RangeInterface): range is DatetimeRange {
  return BOUNDS.some((bound) => typeof range[bound] === 'string');
}

/** Numbers and bigints compare exactly with each other, so one test serves moments of both kinds. */
function inside(bounds: Readonly<Record<(typeof BOUNDS)[number], Microseconds | undefined>>) {
  const { lt, lte, gt, gte } = bounds;
  return (value: Microseconds): boolean =>
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte) &&
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte);
}

function numberBound(bound: Bound): number | undefined {
  return bound === undefined || bound === null ? undefined : Number(bound);
}

function momentBound(bound: Bound): Microseconds | undefined {
  if (bound === undefined || bound === null) return undefined;
  if (typeof bound !== 'string') {
    const kind = Number.isInteger(Number(bound)) ? 'integer' : 'floating point';
    throw formatError('JSON body', `invalid type: ${kind} \`${bound}\`, expected a string`);
  }
  const moment = parseDatetime(bound);
  if (moment !== undefined) return moment;
  throw formatError(
    'JSON body',
    `'${bound}' does not match accepted datetime format (RFC3339). Example: 2014-01-01T00:00:00Z`,
  );
}

function testNumbers(range: Range): ValueTest {
  const isInside = inside({
    lt: numberBound(range.lt),
    lte: numberBound(range.lte),
    gt: numberBound(range.gt),
    gte: numberBound(range.gte),
  });
  return (value) => {
    const number = asDouble(value);
    return number !== undefined && isInside(number);
  };
}

function testMoments(range: DatetimeRange): ValueTest {
  const isInside = inside({
    lt: momentBound(range.lt),
    lte: momentBound(range.lte),
    gt: momentBound(range.gt),
    gte: momentBound(range.gte),
  });
  return (value) => {
    const moment = typeof value === 'string' ? parseDatetime(value) : undefined;
    return moment !== undefined && isInside(moment);
  };
}

/**
 * Compiles a range, which is one of moments as soon as a bound is a string. Without any bound, every number is inside.
 *
 * @throws NEARIFY_FORMAT for a bound that is no datetime beside one that is a string
 */
export function compileRange(range: RangeInterface): ValueTest {
  return anyElement(isDatetimeRange(range) ? testMoments(range) : testNumbers(range));
}
