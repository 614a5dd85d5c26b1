import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { faissFault, loadFaiss } from '../../../../../src/engine/index/faiss/addon.ts';
import { tempDir } from '../../../../helpers/temp-dir.ts';
import { withFaiss } from '../../../../helpers/with-faiss.ts';

test('bindings that are not there: the fault names the remedy', () => {
  assert.equal(
    faissFault('faiss-node/build/never-built.node'),
    'FAISS is not installed: run `npm run build:faiss`, which wants g++ and, on Debian or Ubuntu, libfaiss-dev',
  );
});

test('bindings that cannot be loaded: the fault says why', (t) => {
  const file = path.join(tempDir(t), 'torn.node');
  writeFileSync(file, 'no library');
  assert.match(
    faissFault(file) ?? '',
    /^FAISS is not installed \(.*torn\.node.*\): run `npm run build:faiss`/,
  );
});

test('a candidate list of its own for each search', withFaiss, () => {
  const index = loadFaiss().Index.fromFactory(2, 'HNSW2,Flat', 0);
  const circle = Array.from({ length: 2000 }, (_, i) => [Math.cos(i), Math.sin(i)]);
  index.setEf(4, 4);
  index.add(circle.flat());
  const found = (ef: number) => {
    index.setEf(4, ef);
    return circle.filter((point, i) => index.search(point, 1).labels[0] === i).length;
  };
  assert.ok(found(200) > found(1));
});

test('what FAISS throws is an error, and not the end of the process', withFaiss, (t) => {
  const index = loadFaiss().Index.fromFactory(2, 'HNSW2,Flat', 0);
  index.add([1, 0]);
  assert.throws(() => index.write(path.join(tempDir(t), 'no-folder', 'file')), /could not open/);
});
