/** Integers of requests that are written as floats: refused, as by parsers that know the difference. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { buildTestApp } from '../helpers/build-app.ts';

const api = await buildTestApp({ after });
await api.create('c', { size: 1, distance: 'Dot' });
await api.upsert('c', [{ id: 1, vector: [1], payload: { n: 1 } }]);

const notAnId = (value: string) =>
  `400 Format error in JSON body: value ${value} is not a valid point ID, valid values are either an unsigned integer or a UUID`;
const notAn = (type: string, value: string) =>
  `400 Format error in JSON body: invalid type: floating point \`${value}\`, expected ${type}`;

const FAULTS: readonly (readonly ['POST' | 'PUT', string, string, string | RegExp])[] = [
  ['PUT', '', '{"points":[{"id":1.0,"vector":[1]}]}', notAnId('1.0')],
  ['PUT', '', '{"points":[{"id":1e2,"vector":[1]}]}', notAnId('100.0')],
  ['POST', '', '{"ids":[1.0]}', notAnId('1.0')],
  ['POST', '/delete', '{"points":[2,1.0]}', /^400 Format error in JSON body: /],
  ['POST', '/scroll', '{"limit":1.0}', notAn('u64', '1.0')],
  ['POST', '/scroll', '{"offset":1.0}', notAnId('1.0')],
  ['POST', '/query', '{"limit":1e1}', notAn('u64', '10.0')],
  ['POST', '/query', '{"query":1.0}', /^400 Format error in JSON body: /],
  ['POST', '/query', '{"query":[1],"params":{"hnsw_ef":16.0}}', notAn('usize', '16.0')],
  ['POST', '/query/groups', '{"query":[1],"group_by":"n","group_size":1.0}', notAn('usize', '1.0')],
  ['POST', '/search', '{"vector":[1],"limit":3.0}', notAn('u64', '3.0')],
  [
    'POST',
    '/count',
    '{"filter":{"must":{"key":"n","match":{"value":1.0}}}}',
    /^400 Format error in JSON body: /,
  ],
  [
    'POST',
    '/count',
    '{"filter":{"must":{"key":"n","match":{"any":[1.0]}}}}',
    /^400 Format error in JSON body: /,
  ],
  ['POST', '/count', '{"filter":{"must":{"has_id":[1.0]}}}', /^400 Format error in JSON body: /],
];

for (const [method, path, body, expected] of FAULTS) {
  test(`refuses ${method} points${path} ${body}`, async () => {
    const fault = await api.fault(method, `/collections/c/points${path}`, body);
    if (typeof expected === 'string') assert.equal(fault, expected);
    else assert.match(fault, expected);
  });
}

test('refuses a collection of a size that is a float', async () => {
  for (const vectors of ['{"size":4.0,"distance":"Dot"}', '{"a":{"size":4e0,"distance":"Dot"}}']) {
    const fault = await api.fault('PUT', '/collections/d', `{"vectors":${vectors}}`);
    assert.match(fault, /^400 Format error in JSON body: /);
  }
});

test('floats are floats in any spelling', async () => {
  await api.result('PUT', '/collections/c/index?wait=true', { field_name: 'n', field_schema: 'integer' });
  for (const one of ['1', '1.0', '1e0']) {
    const bodies = [
      [
        '/query',
        `{"query":[${one}],"score_threshold":${one.replace('1', '0')},"params":{"acorn":{"max_selectivity":${one}}}}`,
      ],
      ['/query', `{"query":{"order_by":{"key":"n","start_from":${one}}}}`],
      ['/scroll', `{"order_by":{"key":"n","start_from":${one}}}`],
      ['/scroll', `{"filter":{"must":{"key":"n","range":{"gte":${one},"lt":2.0}}}}`],
      [
        '/query',
        `{"prefetch":{"query":[${one}]},"query":{"formula":{"sum":[${one},"$score","x",{"pow":{"base":"n","exponent":${one}}}]},` +
          `"defaults":{"x":${one},"$score[1]":${one}}}}`,
      ],
      ['/query', `{"prefetch":{"query":[${one}]},"query":{"formula":${one}}}`],
    ] as const;
    for (const [path, body] of bodies) {
      const { points } = await api.result<{ points: unknown[] }>(
        'POST',
        `/collections/c/points${path}`,
        body,
      );
      assert.equal(points.length, 1, body);
    }
  }
});

test('metadata keeps its numbers as they were written, over an update too', async () => {
  const metadata = '{"a":1.0,"b":1,"c":[-0.0,1e300,0.5,{"d":2.0}],"e":18446744073709551615}';
  await api.result('PUT', '/collections/m', `{"metadata":${metadata}}`);
  const shown = async () => /"metadata":(\{.*\})\}/.exec(await api.resultText('GET', '/collections/m'))?.[1];
  assert.ok((await shown())?.startsWith(metadata), await shown());
  await api.result('PATCH', '/collections/m', '{"metadata":{"b":3.0,"e":null}}');
  assert.ok((await shown())?.startsWith('{"a":1.0,"b":3.0,"c":[-0.0,1e300,0.5,{"d":2.0}]}'), await shown());
});
