import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

test('reads beyond the slots of the ring are refused at once, with Retry-After, and others are served', async (t) => {
  const api = await buildTestApp(t, { settings: { 'ring.slots': '1' } });
  await api.create('c', { size: 1, distance: 'Dot' });
  const path = '/collections/c/points/count';
  const answers = await Promise.all(Array.from({ length: 20 }, () => api.send('POST', path, {})));
  const refused = answers.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0 && refused.length < answers.length, `${refused.length} refused`);
  for (const { headers, text } of refused) {
    assert.match(String(headers['retry-after']), /^[1-9]\d*$/);
    assert.match(text, /^\{"status":\{"error":"Service overloaded: /);
  }
  for (const { status } of answers) assert.ok(status === 200 || status === 503, String(status));
  assert.deepEqual(await api.result('POST', path, {}), { count: 0 });
});

test('bodies and answers larger than a slot of the ring', async (t) => {
  const api = await buildTestApp(t, { settings: { 'ring.slot_bytes': '1024' } });
  await api.create('c', { size: 500, distance: 'Dot' });
  const vector = Array.from({ length: 500 }, (_, i) => i / 7);
  await api.upsert(
    'c',
    [1, 2, 3].map((id) => ({ id, vector })),
  );
  const request = { query: vector, with_vector: true };
  const { points } = await api.result<{ points: { vector: number[] }[] }>(
    'POST',
    '/collections/c/points/query',
    request,
  );
  assert.deepEqual(
    points.map((point) => point.vector),
    Array(3).fill(vector.map(float32Text)),
  );
  const counted = { count: 3 };
  assert.deepEqual(
    await api.result('POST', '/collections/c/points/count', { filler: 'x'.repeat(5000) }),
    counted,
  );
  const { points: all } = await api.result<{ points: unknown[] }>('POST', '/collections/c/points/scroll', {
    with_vector: true,
  });
  assert.equal(all.length, 3);
});

/** The shortest decimal that reads back as the same float32, as the answers have it. */
function float32Text(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; ; digits += 1) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
}
