import type { DeletePayload } from '../../../../schemas/payload.ts';
import type { PointsSelector } from '../../../../schemas/points.ts';
import { parsePayload, stringifyPayload } from '../../../shared/json/lossless.ts';
import { removeAt } from '../../payload/edit.ts';
import { parsePath } from '../../payload/path.ts';
import { forEachSelected, requirePoints } from './select-rows.ts';
import type { WriteTransaction } from './transaction.ts';

/** Checks a request to delete keys from payloads; the result does it. @throws as `requirePoints` */
export function prepareDeletePayload(request: DeletePayload): (transaction: WriteTransaction) => void {
  requirePoints(request);
  const paths = request.keys.map(parsePath);
  return (transaction) =>
    forEachSelected(transaction, request, (at, text) => {
      const payload = parsePayload(text);
      for (const path of paths) removeAt(payload, path);
      transaction.rewrite(at, Buffer.from(stringifyPayload(payload)));
    });
}

const NO_PAYLOAD = Buffer.from('{}');

/** Checks a request to empty payloads; the result does it. @throws as `requirePoints` */
export function prepareClearPayload(selector: PointsSelector): (transaction: WriteTransaction) => void {
  requirePoints(selector);
  return (transaction) => forEachSelected(transaction, selector, (at) => transaction.rewrite(at, NO_PAYLOAD));
}
