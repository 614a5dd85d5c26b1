import type { SetPayload } from '../../../../schemas/payload.ts';
import { RawJson } from '../../../shared/json/reader.ts';
import { parsePayload, stringifyPayload } from '../../../shared/json/lossless.ts';
import { mergeAt } from '../../payload/edit.ts';
import { parsePath } from '../../payload/path.ts';
import { forEachSelected, requirePoints } from './select-rows.ts';
import type { WriteTransaction } from './transaction.ts';

/** Checks a request to merge values into payloads; the result does it. @throws as `requirePoints` */
export function prepareSetPayload(request: SetPayload): (transaction: WriteTransaction) => void {
  requirePoints(request);
  const path = typeof request.key === 'string' ? parsePath(request.key) : undefined;
  const changes = parsePayload(payloadText(request));
  return (transaction) =>
    forEachSelected(transaction, request, (at, text) => {
      const payload = parsePayload(text);
      mergeAt(payload, path, changes);
      transaction.rewrite(at, Buffer.from(stringifyPayload(payload)));
    });
}

/** Checks a request to replace payloads, whatever `key` says; the result does it. @throws as `requirePoints` */
export function prepareOverwritePayload(request: SetPayload): (transaction: WriteTransaction) => void {
  requirePoints(request);
  const text = payloadText(request);
  return (transaction) => forEachSelected(transaction, request, (at) => transaction.rewrite(at, text));
}

/** The parser of bodies leaves payloads as the text that was sent. */
function payloadText({ payload }: SetPayload): Uint8Array {
  const sent: unknown = payload;
  return sent instanceof RawJson ? sent.bytes : Buffer.from(JSON.stringify(sent));
}
