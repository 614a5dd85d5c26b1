import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelPair, prng } from './support.ts';

const TARGET = 1024;
const SOURCE = 4096;
const pair = kernelPair(1);

function randomise(seed: number): void {
  const random = prng(seed);
  for (let i = TARGET; i < 8192; i++) pair.compiled.setUint8(i, random() * 256);
  pair.sync();
}

function assertSameMemory(what: string): void {
  assert.deepEqual(new Uint8Array(pair.compiled.buffer), new Uint8Array(pair.reference.buffer), what);
}

for (const name of ['bitmapAnd', 'bitmapOr', 'bitmapAndNot', 'bitmapCopy'] as const) {
  test(`${name} changes exactly the words of the twin`, () => {
    for (const bits of [...Array(68).keys(), 127, 128, 129, 1000, 4096]) {
      randomise(bits);
      pair.kernels[name](TARGET, SOURCE, bits);
      pair.twins[name](TARGET, SOURCE, bits);
      assertSameMemory(`${name} ${bits}`);
    }
  });
}

test('bitmapFill and bitmapCount agree with the twin at every length', () => {
  for (const bits of [...Array(200).keys(), 4095, 4096]) {
    randomise(bits);
    assert.equal(pair.kernels.bitmapCount(TARGET, bits), pair.twins.bitmapCount(TARGET, bits));
    pair.kernels.bitmapFill(TARGET, bits);
    pair.twins.bitmapFill(TARGET, bits);
    assertSameMemory(`fill ${bits}`);
    assert.equal(pair.kernels.bitmapCount(TARGET, bits), bits);
  }
});
