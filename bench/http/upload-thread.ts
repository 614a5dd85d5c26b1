/** Entry of a thread that sends the same upserts again and again until it is told to end. */
import { parentPort, workerData } from 'node:worker_threads';
import { assert } from '../../src/shared/assert.ts';
import { Client } from './client.ts';

export interface UploadOrder {
  readonly url: string;
  readonly path: string;
  readonly bodies: readonly string[];
}

const { url, path, bodies } = workerData as UploadOrder;
assert(parentPort !== null, 'this file runs as a thread');
const end = new AbortController();
parentPort.once('message', () => end.abort());
const client = new Client(url);
let sent = 0;
for (; !end.signal.aborted; sent++) await client.call('PUT', path, bodies[sent % bodies.length]!);
client.close();
parentPort.postMessage(sent, []);
