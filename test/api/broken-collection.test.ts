import assert from 'node:assert/strict';
import { globSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { assertFault } from '../helpers/build-app.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { withApp } from '../helpers/with-app.ts';

test('a damaged collection is told of, can be dropped, and leaves the others alone', async (t) => {
  const storage = tempDir(t);
  const vectors = { size: 2, distance: 'Dot' };
  await withApp(storage, async (api) => {
    await api.create('first', vectors);
  });
  const [file] = globSync(path.join(storage, 'collections', '*', 'data.mdb'));
  assert.ok(file !== undefined);
  writeFileSync(file, 'damaged');

  await withApp(storage, async (api) => {
    const fault =
      "500 Service internal error: Collection `first` could not be opened when the server started: see the server's log";
    const query = { query: [1, 2] };
    assertFault(await api.fault('GET', '/collections/first'), fault);
    assertFault(await api.fault('POST', '/collections/first/points/query', query), fault);
    assertFault(
      await api.fault('PUT', '/collections/first', { vectors }),
      '409 Wrong input: Collection `first` already exists!',
    );
    assert.deepEqual(await api.result('GET', '/collections/first/exists'), { exists: true });
    await api.create('second', vectors);
    await api.upsert('second', [{ id: 1, vector: [1, 2] }]);
    assert.deepEqual(await api.result('POST', '/collections/second/points/count', {}), { count: 1 });
    assert.equal(await api.result('DELETE', '/collections/first'), true);
    assert.deepEqual(await api.result('GET', '/collections/first/exists'), { exists: false });
    await api.create('first', vectors);
  });
});
