import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { type Catalog, openCatalog } from '../../../src/storage/catalog.ts';
import { openEnv } from '../../../src/storage/env.ts';
import { META, metaKey } from '../../../src/storage/keys.ts';
import { tempDir } from '../../helpers/temp-dir.ts';

function open(t: TestContext, directory: string): Catalog {
  const catalog = openCatalog(directory);
  t.after(() => catalog.close());
  return catalog;
}

test('a collection exists from add to remove; names come in byte order', (t) => {
  const catalog = open(t, tempDir(t));
  const entries = ['b', 'a', 'ü', 'B'].map((name) => catalog.reserve(name));
  assert.deepEqual(catalog.list(), []);
  for (const entry of entries) catalog.add(entry);
  assert.deepEqual(
    catalog.list().map(({ name }) => name),
    ['B', 'a', 'b', 'ü'],
  );
  catalog.remove('b');
  catalog.remove('nobody');
  assert.deepEqual(
    catalog.list().map(({ name }) => name),
    ['B', 'a', 'ü'],
  );
});

test('ids and directories are never given twice, not even after a drop and a restart', async (t) => {
  const directory = tempDir(t);
  const first = openCatalog(directory);
  const before = [first.reserve('a'), first.reserve('a')];
  first.add(before[1]!);
  first.remove('a');
  await first.close();
  const after = open(t, directory).reserve('a');
  const all = [...before, after];
  assert.deepEqual(
    all.map(({ id, directory: where }) => [id, where]),
    [1, 2, 3].map((id) => [id, path.join('collections', String(id))]),
  );
});

test('orphans are what no entry names: rests of creates and drops', (t) => {
  const directory = tempDir(t);
  const catalog = open(t, directory);
  const [kept, dropped, neverAdded] = ['kept', 'dropped', 'cut short'].map((name) => catalog.reserve(name));
  for (const { directory: where } of [kept!, dropped!, neverAdded!]) {
    mkdirSync(path.join(directory, where));
    writeFileSync(path.join(directory, where, 'data.mdb'), 'x');
  }
  catalog.add(kept!);
  catalog.add(dropped!);
  catalog.remove('dropped');
  catalog.removeOrphans();
  assert.deepEqual(readdirSync(path.join(directory, 'collections')), [path.basename(kept!.directory)]);
  assert.deepEqual(readdirSync(path.join(directory, kept!.directory)), ['data.mdb']);
});

test('entries are seen by other openings of the catalog', (t) => {
  const directory = tempDir(t);
  const [one, other] = [open(t, directory), open(t, directory)];
  const entry = one.reserve('a');
  one.add(entry);
  assert.deepEqual(other.list(), [entry]);
  assert.equal(other.reserve('b').id, entry.id + 1);
});

test('a catalog of another format is refused', async (t) => {
  const directory = tempDir(t);
  await openCatalog(directory).close();
  const env = openEnv(path.join(directory, 'catalog'));
  env.write(() => env.put(metaKey(META.formatVersion), Buffer.from('99')));
  await env.close();
  assert.throws(() => openCatalog(directory), { code: 'NEARIFY_STORAGE', message: /format version 99/ });
});

test('a path through a file is refused with the remedy', (t) => {
  const file = path.join(tempDir(t), 'file');
  writeFileSync(file, '');
  assert.throws(() => openCatalog(path.join(file, 'storage')), {
    code: 'NEARIFY_STORAGE',
    message: `Service internal error: cannot open the storage at ${file}/storage (a part of the path is a file: choose another storage_path)`,
  });
});
