/** The Python client, and the comparison with its local mode, against a server over a socket. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingPython, runPython } from '../helpers/python.ts';
import { startServer } from '../helpers/server.ts';

const reason = missingPython();
const isRequired = ['1', 'true'].includes(process.env.CI ?? '');
if (reason !== undefined) console.log(`The tests with Python's client are skipped: ${reason}`);

for (const script of ['tutorial_async.py', 'tutorial_sync.py', 'differential.py']) {
  test(`${script} passes`, { skip: isRequired ? false : (reason ?? false) }, async (t) => {
    assert.equal(reason, undefined, 'CI must have Python');
    const server = await startServer(t);
    const { status, output } = await runPython(script, [server.url]);
    t.diagnostic(output.trimEnd());
    assert.equal(status, 0, `${script} failed:\n${output}\nthe server logged:\n${server.logTail()}`);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });
}
