import assert from 'node:assert/strict';
import { mock, test, type TestContext } from 'node:test';
import { Pacing } from '../../../src/collections/pacing.ts';

/** Unlinked bytes in megabytes, an update that is on, and steps of the linker, all moved by the test. */
function situation(t: TestContext, { spareLanes = 0, areCoresFew = true } = {}) {
  let nowMs = 10_000;
  t.mock.method(performance, 'now', () => nowMs);
  const world = {
    tailMb: 0,
    idle: Promise.withResolvers<number>(),
    progress: Promise.withResolvers<void>(),
    sleep: (ms: number) => {
      nowMs += ms;
    },
    link: (mb: number) => {
      world.tailMb -= mb;
      world.progress.resolve();
      world.progress = Promise.withResolvers();
    },
  };
  const reads = { lastMs: Number.NEGATIVE_INFINITY };
  const pacing = new Pacing({
    reads,
    areCoresFew,
    spareLanes,
    tailBytes: () => world.tailMb * 1024 * 1024,
    linkProgress: () => world.progress.promise,
    updatesIdle: () => world.idle.promise,
  });
  return { world, pacing, reads };
}

async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const pending = Symbol('pending');
  await new Promise(setImmediate);
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
}

test('without readers updates never wait, however long the tail', async (t) => {
  const { world, pacing } = situation(t);
  world.tailMb = 1000;
  assert.ok(await isSettled(pacing.beforeUpdate()));
});

test('with readers updates wait until the tail is short, or the linker gets nowhere', async (t) => {
  const { world, pacing } = situation(t);
  world.tailMb = 20;
  pacing.noteRead();
  const turn = pacing.beforeUpdate();
  assert.equal(await isSettled(turn), false);
  world.link(8);
  assert.equal(await isSettled(turn), false);
  world.link(8);
  assert.ok(await isSettled(turn));

  world.tailMb = 20;
  const stuck = pacing.beforeUpdate();
  world.link(0);
  assert.ok(await isSettled(stuck));
});

test('with readers, of whichever collection, the threads share cores that there are too few of', (t) => {
  const { world, pacing, reads } = situation(t);
  assert.equal(pacing.isSharingCores, false);
  pacing.noteRead();
  assert.ok(pacing.isSharingCores);
  world.sleep(3000);
  assert.equal(pacing.isSharingCores, false);
  reads.lastMs = performance.now();
  assert.ok(pacing.isSharingCores);

  const { pacing: onManyCores } = situation(t, { areCoresFew: false });
  onManyCores.noteRead();
  assert.equal(onManyCores.isSharingCores, false);
});

test('readers that are gone hold nothing up', async (t) => {
  const { world, pacing } = situation(t);
  world.tailMb = 20;
  pacing.noteRead();
  world.sleep(2001);
  assert.ok(await isSettled(pacing.beforeUpdate()));
});

test('linking waits for a pause of the upload, unless there are readers or lanes to spare', async (t) => {
  const { world, pacing } = situation(t);
  const turn = pacing.beforeLink(0);
  assert.equal(await isSettled(turn), false);
  pacing.noteRead();
  assert.ok(await isSettled(turn));
  assert.ok(await isSettled(pacing.beforeLink(0)));
  assert.ok(await isSettled(situation(t, { spareLanes: 1 }).pacing.beforeLink(0)));
  world.idle.resolve(0);
});

test('readers make one lane link; the others wait for a pause', async (t) => {
  const { world, pacing } = situation(t);
  pacing.noteRead();
  const second = pacing.beforeLink(1);
  assert.ok(await isSettled(pacing.beforeLink(0)));
  assert.equal(await isSettled(second), false);
  world.idle.resolve(0);
  assert.ok(await isSettled(second));
});

test('the pauses between large requests are for one lane', async (t) => {
  const { world, pacing } = situation(t);
  world.idle.resolve(9900);
  assert.ok(await isSettled(pacing.beforeLink(0)));
  assert.equal(await isSettled(pacing.beforeLink(1)), false);
});

test('an upload pauses when no request has followed for a while', async (t) => {
  mock.timers.enable({ apis: ['setTimeout'] });
  t.after(() => mock.timers.reset());
  const { world, pacing } = situation(t);
  const turn = pacing.beforeLink(0);
  world.idle.resolve(9990);
  assert.equal(await isSettled(turn), false);
  world.sleep(20);
  mock.timers.tick(20);
  assert.ok(await isSettled(turn));
});
