/** A slow and simple printer of float32, to compare the fast ones with, and floats worth printing. */

const isFloat32Text = (text: string, value: number) => Math.fround(Number(text)) === value;

/** Decimals of `precision` digits next to `value`, nearest first; of two that are equally near, the even one first. */
function candidates(value: number, precision: number): { digits: bigint; exponent: number }[] {
  const [digitsText, exponentText] = value.toExponential(precision - 1).split('e');
  const digits = BigInt(digitsText!.replace('.', ''));
  const exponent = Number(exponentText) - (precision - 1);
  const isHalfWay = Number(`${digits * 10n - 5n}e${exponent - 1}`) === value;
  const nearest = isHalfWay && digits % 2n === 1n ? digits - 1n : digits;
  return [nearest, digits, digits - 1n, digits + 1n].map((one) => ({ digits: one, exponent }));
}

/** The layout of `ryu` for 32-bit floats. */
function layOut(digits: string, exponent: number): string {
  const point = digits.length + exponent;
  if (exponent >= 0 && point <= 13) return `${digits}${'0'.repeat(exponent)}.0`;
  if (point > 0 && point <= 13) return `${digits.slice(0, point)}.${digits.slice(point)}`;
  if (point > -6 && point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  return `${digits[0]}${fraction}e${point - 1}`;
}

/** The shortest decimal that rounds to the float; of several, the one nearest to it. By trying, shortest first. */
export function shortestFloat32(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  const magnitude = Math.abs(value);
  if (magnitude === 0) return `${sign}0.0`;
  for (let precision = 1; precision <= 9; precision += 1) {
    for (const { digits, exponent } of candidates(magnitude, precision)) {
      if (!isFloat32Text(`${digits}e${exponent}`, magnitude)) continue;
      const bare = String(digits).replace(/0+$/, '');
      return sign + layOut(bare, exponent + String(digits).length - bare.length);
    }
  }
  throw new Error(`no decimal of nine digits gives ${value}`);
}

/** `count` floats: powers of two and their neighbours, integers, decimals, then random bits. Always the same ones. */
export function float32Samples(count: number): number[] {
  const word = new Uint32Array(1);
  const float = new Float32Array(word.buffer);
  const samples: number[] = [];
  const addBits = (bits: number) => {
    word[0] = bits;
    if (Number.isFinite(float[0])) samples.push(float[0]!);
  };
  for (let exponent = 0; exponent < 255; exponent += 1) {
    for (const near of [-2, -1, 0, 1, 2]) addBits((exponent << 23) + near);
  }
  for (let number = 1; number < 2000; number += 1)
    samples.push(Math.fround(number), Math.fround(number / 1000));
  for (let power = -45; power < 39; power += 1)
    samples.push(Math.fround(10 ** power), Math.fround(-5 * 10 ** power));
  let state = 0x9e3779b9;
  while (samples.length < count) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    addBits((state ^ (state >>> 13)) >>> 0);
    if (samples.length % 2 === 0) samples.push(Math.fround((state / 2 ** 32) * 2 - 1));
  }
  return samples.slice(0, count).filter((value) => Number.isFinite(value));
}
