/** A plot of recall against cost as SVG: both axes so that what matters, the last per cent of recall, has room. */
import type { Curve } from './curves.ts';

const WIDTH = 760;
const HEIGHT = 420;
const MARGIN = { left: 70, right: 230, top: 40, bottom: 50 };
const COLOURS = ['#1f77b4', '#ff7f0e', '#2ca02c', '#d62728', '#9467bd', '#8c564b', '#e377c2', '#17becf'];
const RECALL_TICKS = [0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999];
/** Recall 1 has no place on a logarithmic axis of what is missed. */
const LOSS_MIN = 0.0005;

interface Scale {
  readonly min: number;
  readonly max: number;
  readonly at: (value: number) => number;
}

/** `costName` with its unit stands at the cost axis. */
export function plot(title: string, costName: string, curves: readonly Curve[]): string {
  const points = curves.flatMap((curve) => curve.points);
  const x = scaleOf(points.map(({ recall }) => missed(recall)));
  const y = scaleOf(points.map(({ cost }) => Math.log10(cost)));
  const place = ({ recall, cost }: Curve['points'][number]) => ({
    left: MARGIN.left + x.at(missed(recall)) * (WIDTH - MARGIN.left - MARGIN.right),
    top: HEIGHT - MARGIN.bottom - y.at(Math.log10(cost)) * (HEIGHT - MARGIN.top - MARGIN.bottom),
  });
  const lines = curves.map((curve, i) => drawn(curve, i, place));
  const ticks = RECALL_TICKS.filter((recall) => missed(recall) >= x.min && missed(recall) <= x.max).map(
    (recall) => {
      const { left } = place({ recall, cost: 10 ** y.min });
      return `${line(left, MARGIN.top, left, HEIGHT - MARGIN.bottom, '#ddd')}${label(left, HEIGHT - MARGIN.bottom + 18, String(recall), 'middle')}`;
    },
  );
  const costs = costTicks(y).map((cost) => {
    const { top } = place({ recall: 0, cost });
    return `${line(MARGIN.left, top, WIDTH - MARGIN.right, top, '#ddd')}${label(MARGIN.left - 8, top + 4, String(cost), 'end')}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" role="img" aria-label="${escaped(title)}">`,
    label(MARGIN.left, 22, title, 'start', 'bold'),
    ...ticks,
    ...costs,
    ...lines,
    label((WIDTH - MARGIN.right + MARGIN.left) / 2, HEIGHT - 10, 'recall@10', 'middle'),
    label(8, MARGIN.top - 8, costName, 'start'),
    '</svg>',
  ].join('\n');
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}

function missed(recall: number): number {
  return -Math.log10(Math.max(LOSS_MIN, 1 - recall));
}

function scaleOf(values: readonly number[]): Scale {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = Math.max(0.05, (high - low) * 0.06);
  const [min, max] = [low - pad, high + pad];
  return { min, max, at: (value) => Math.min(1, Math.max(0, (value - min) / (max - min))) };
}

/** 1, 2 and 5 times powers of ten. */
function costTicks({ min, max }: Scale): number[] {
  const ticks: number[] = [];
  for (let power = Math.floor(min); power <= max; power++) {
    for (const digit of [1, 2, 5]) {
      const at = power + Math.log10(digit);
      if (at >= min && at <= max) ticks.push(Number((digit * 10 ** power).toPrecision(1)));
    }
  }
  return ticks;
}

function drawn(
  { name, points }: Curve,
  index: number,
  place: (point: Curve['points'][number]) => { left: number; top: number },
): string {
  const colour = COLOURS[index % COLOURS.length]!;
  const places = points.map(place);
  const path = places.map(({ left, top }) => `${left.toFixed(1)},${top.toFixed(1)}`).join(' ');
  const dots = places.map(
    ({ left, top }, i) =>
      `<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="3" fill="${colour}"><title>${escaped(name)}: recall ${points[i]!.recall}, ${points[i]!.cost}</title></circle>`,
  );
  const top = MARGIN.top + 16 * index;
  const left = WIDTH - MARGIN.right + 12;
  return [
    `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
    ...dots,
    `${line(left, top - 4, left + 16, top - 4, colour)}${label(left + 22, top, name, 'start')}`,
  ].join('\n');
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${x1.toFixed(1)}" y1="${y1.toFixed(1)}" x2="${x2.toFixed(1)}" y2="${y2.toFixed(1)}" stroke="${colour}"/>`;
}

function label(x: number, y: number, text: string, anchor: string, weight = 'normal'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-weight="${weight}" font-size="12" font-family="sans-serif">${escaped(text)}</text>`;
}
