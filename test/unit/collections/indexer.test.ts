import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { Indexer } from '../../../src/collections/indexer.ts';

const log = pino({ level: 'silent' });

/** An indexer whose slices end when the test says so. */
function steered() {
  const slices: PromiseWithResolvers<boolean>[] = [];
  const indexer = new Indexer({
    build: () => {
      const slice = Promise.withResolvers<boolean>();
      slices.push(slice);
      return slice.promise;
    },
    log,
  });
  return { indexer, slices };
}

const settle = () => new Promise(setImmediate);

test('slices follow one another until nothing is left, however often it is kicked', async () => {
  const { indexer, slices } = steered();
  await indexer.idle();
  indexer.kick();
  indexer.kick();
  assert.equal(slices.length, 1);
  slices[0]!.resolve(true);
  await settle();
  assert.equal(slices.length, 2);
  const idle = indexer.idle();
  slices[1]!.resolve(false);
  await idle;
  assert.equal(slices.length, 2);
  indexer.kick();
  assert.equal(slices.length, 3);
  slices[2]!.resolve(false);
  await indexer.stop();
});

test('stopping waits for the slice that runs and starts no other', async () => {
  const { indexer, slices } = steered();
  indexer.kick();
  const stopping = indexer.stop();
  const first = await Promise.race([stopping.then(() => 'stopped'), settle().then(() => 'still running')]);
  assert.equal(first, 'still running');
  slices[0]!.resolve(true);
  await stopping;
  indexer.kick();
  assert.equal(slices.length, 1);
});

test('who waits is told of a failure, and the next kick tries again', async () => {
  const { indexer, slices } = steered();
  indexer.kick();
  const idle = indexer.idle();
  slices[0]!.reject(new Error('disk full'));
  await assert.rejects(idle, /disk full/);
  indexer.kick();
  assert.equal(slices.length, 2);
  slices[1]!.resolve(false);
  await indexer.idle();
});
