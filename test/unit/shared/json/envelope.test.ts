import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeEnvelope, errorEnvelope, openEnvelope } from '../../../../src/shared/json/envelope.ts';
import { JsonWriter } from '../../../../src/shared/json/writer.ts';

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test('a success: result, status and the seconds since the start, to the microsecond', () => {
  const startMs = performance.now() - 1500;
  const writer = openEnvelope();
  writer.text('[1,2.0]');
  const envelope = text(closeEnvelope(writer, startMs));
  const match = /^\{"result":\[1,2\.0\],"status":"ok","time":(\d+\.\d{1,6})\}$/.exec(envelope);
  assert.ok(match !== null, envelope);
  assert.ok(Number(match[1]) >= 1.5);
});

test('an error has no result; one that was found before any work took 0.0 seconds', () => {
  assert.equal(text(errorEnvelope('a "b"\n')), '{"status":{"error":"a \\"b\\"\\n"},"time":0.0}');
  const envelope = text(errorEnvelope('later', performance.now() - 1500));
  assert.match(envelope, /^\{"status":\{"error":"later"\},"time":\d+\.\d{1,6}\}$/);
  assert.ok(JSON.parse(envelope).time >= 1.5);
});

test('floats go through the kernel that was given', () => {
  const kernel = {
    print: (values: Float32Array, out: Uint8Array, at: number) => {
      out.set(Buffer.from(`<${values.length}>`), at);
      return at + 5;
    },
  };
  const writer = openEnvelope(new JsonWriter({ floats: kernel }));
  writer.float32Array(new Float32Array(384));
  assert.match(text(closeEnvelope(writer, performance.now())), /^\{"result":\[<384>\],"status"/);
});
