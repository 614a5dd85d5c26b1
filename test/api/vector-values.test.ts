import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';
import { float32Samples } from '../helpers/float32-text.ts';

const api = await buildTestApp({ after });

async function storedText(collection: string, vector: string): Promise<string> {
  await api.result(
    'PUT',
    `/collections/${collection}/points?wait=true`,
    `{"points":[{"id":1,"vector":${vector}}]}`,
  );
  const text = await api.resultText('POST', `/collections/${collection}/points`, {
    ids: [1],
    with_vector: true,
  });
  return /^\[\{"id":1,"vector":(.*)\}\]$/.exec(text)![1]!;
}

/** As sent, and as the shortest text that reads back as the same float32. */
const PRINTED = [
  ['[0.1,0.2,0.3]', '[0.1,0.2,0.3]'],
  ['[1,2,-3]', '[1.0,2.0,-3.0]'],
  ['[0.10000000149011612,0.30000001192092896,1e0]', '[0.1,0.3,1.0]'],
  ['[16777216,16777217,16777219]', '[16777216.0,16777216.0,16777220.0]'],
  ['[0.333333333333333,3.1415926535,2.718281828]', '[0.33333334,3.1415927,2.7182817]'],
  ['[-0,-0.0,0]', '[-0.0,-0.0,0.0]'],
  ['[1e-46,1e-50,0.0]', '[0.0,0.0,0.0]'],
] as const;

for (const [sent, expected] of PRINTED) {
  test(`${sent} is printed as ${expected}`, async (t) => {
    const name = `printed-${t.name.length}-${PRINTED.findIndex(([text]) => text === sent)}`;
    await api.create(name, { size: 3, distance: 'Dot' });
    assert.equal(await storedText(name, sent), expected);
  });
}

test('any float32 comes back bit for bit', async () => {
  const samples = float32Samples(4096);
  await api.create('samples', { size: samples.length, distance: 'Dot' });
  const text = await storedText('samples', JSON.stringify(samples));
  assert.deepEqual((JSON.parse(text) as number[]).map(Math.fround), samples);
});

test('numbers round to the nearest float32, halves to even', async () => {
  await api.create('rounded', { size: 4, distance: 'Euclid' });
  const text = await storedText('rounded', '[16777217,16777219,33554434,33554434.0001]');
  assert.deepEqual(JSON.parse(text), [16777216, 16777220, 33554432, 33554436]);
});

for (const distance of ['Dot', 'Euclid', 'Manhattan']) {
  test(`${distance} stores vectors as they are`, async () => {
    await api.create(`as-is-${distance}`, { size: 2, distance });
    assert.equal(await storedText(`as-is-${distance}`, '[3,4]'), '[3.0,4.0]');
  });
}

const NORMALISED = [
  ['[3,4]', '[0.6,0.8]'],
  ['[0,-5]', '[0.0,-1.0]'],
  ['[0,0]', '[0.0,0.0]'],
  ['[0.6,0.8]', '[0.6,0.8]'],
  ['[1,0]', '[1.0,0.0]'],
  ['[300000000000000000000,400000000000000000000]', undefined],
] as const;

for (const [sent, expected] of NORMALISED) {
  test(`Cosine stores ${sent} at length 1`, async () => {
    const name = `unit-${NORMALISED.findIndex(([text]) => text === sent)}`;
    await api.create(name, { size: 2, distance: 'Cosine' });
    const text = await storedText(name, sent);
    if (expected !== undefined) assert.equal(text, expected);
    else
      assert.ok(
        (JSON.parse(text) as unknown[]).every((value) => typeof value === 'number'),
        text,
      );
  });
}
