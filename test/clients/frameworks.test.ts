/** LangChain, LlamaIndex and Haystack, unchanged, against a server over a socket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingPython, runPython } from '../helpers/python.ts';
import { startServer } from '../helpers/server.ts';

/** Neither a developer nor CI should wait for that much to be installed unasked. */
const isWanted = process.env.NEARIFY_TEST_FRAMEWORKS === '1';
const reason = isWanted ? undefined : 'they install 400 MB; NEARIFY_TEST_FRAMEWORKS=1 runs them';
if (reason !== undefined)
  console.log(`The tests with LangChain, LlamaIndex and Haystack are skipped: ${reason}`);

test('LangChain, LlamaIndex and Haystack store and retrieve', { skip: reason ?? false }, async (t) => {
  assert.equal(missingPython(), undefined);
  const server = await startServer(t);
  const { status, output } = await runPython('frameworks.py', [server.url], 'requirements-frameworks.txt');
  t.diagnostic(output.trimEnd());
  assert.equal(status, 0, `frameworks.py failed:\n${output}\nthe server logged:\n${server.logTail()}`);
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
