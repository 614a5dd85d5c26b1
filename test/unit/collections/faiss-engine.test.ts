import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FaissEngine, type FaissEngineOptions } from '../../../src/collections/faiss-engine.ts';
import { recordingLog } from '../../helpers/recording-log.ts';

const FAULT = 'FAISS is not installed: run this';
const FAISS = { index: { engine: 'faiss' } } as const;
const HNSW = { index: { engine: 'hnsw' } } as const;

function setUp(engine: FaissEngineOptions['engine'], fault: string | undefined) {
  let probes = 0;
  const thread = {
    fault: async () => {
      probes++;
      return fault;
    },
    run: () => Promise.reject(new Error('nothing is to be built')),
    close: async () => {},
  };
  const { log, lines } = recordingLog();
  return { faiss: new FaissEngine({ thread, engine, log }), thread, lines, probes: () => probes };
}

test('whoever does not ask for FAISS does not notice whether it is installed', async () => {
  const { faiss, lines, probes } = setUp('hnsw', FAULT);
  await faiss.start();
  for (const settings of [{}, { index: null }, { index: {} }, HNSW]) {
    await faiss.check(settings);
    assert.equal(await faiss.threadFor(settings), undefined);
  }
  assert.deepEqual([lines.length, probes()], [0, 0]);
});

test('where it is installed it serves the collections that ask for it, or all but those that do not want it', async () => {
  const ofCollection = setUp('hnsw', undefined);
  await ofCollection.faiss.check(FAISS);
  assert.equal(await ofCollection.faiss.threadFor(FAISS), ofCollection.thread);
  const ofServer = setUp('faiss', undefined);
  await ofServer.faiss.start();
  assert.equal(await ofServer.faiss.threadFor({}), ofServer.thread);
  assert.equal(await ofServer.faiss.threadFor(HNSW), undefined);
  assert.equal(ofServer.lines.length, 0);
});

test('where it is not installed one line says so, and a collection that asks for it is refused', async () => {
  const { faiss, lines } = setUp('faiss', FAULT);
  await faiss.start();
  assert.equal(await faiss.threadFor({}), undefined);
  assert.equal(await faiss.threadFor(FAISS), undefined);
  assert.deepEqual(
    lines.map(({ msg }) => msg),
    [`${FAULT}; until then the default engine does its work`],
  );
  await assert.rejects(faiss.check(FAISS), {
    code: 'NEARIFY_WRONG_INPUT',
    message: `Wrong input: index.engine cannot be faiss on this server. ${FAULT}`,
  });
  await faiss.check({});
});
