import { type OrderByInterface, ScrollRequest } from '../../../schemas/points.ts';
import { badRequest } from '../../shared/errors.ts';
import { selection, writeRecord } from '../../engine/segment/read/record.ts';
import { scroll } from '../../engine/segment/read/scroll.ts';
import { parsePointId } from '../../shared/ids.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const DEFAULT_LIMIT = 10;
const validate = compileValidator(ScrollRequest, { part: 'JSON body' });

export function runScroll(context: ReadContext): void {
  const { collection, cancel, writer } = context;
  const request = validate(parseBody(context));
  if (request.order_by) refuseOrder(request.order_by);
  const selected = selection(collection, request.with_payload ?? true, request.with_vector);
  collection.env.refresh();
  const page = scroll(
    collection,
    {
      from: parsePointId(request.offset),
      limit: Number(request.limit ?? DEFAULT_LIMIT),
      filter: request.filter ?? undefined,
    },
    cancel,
  );
  writer.text('{"points":[');
  for (const [i, { at, payload }] of page.points.entries()) {
    if (i > 0) writer.text(',');
    writeRecord(writer, selected, at, payload);
  }
  writer.text('],"next_page_offset":');
  if (page.next === undefined) writer.text('null');
  else writer.id(page.next);
  writer.text('}');
}

/** Ordering needs a payload index for the key, and there is none. */
function refuseOrder(orderBy: OrderByInterface): never {
  const key = typeof orderBy === 'string' ? orderBy : orderBy.key;
  throw badRequest(`No range index for \`order_by\` key: \`${key}\`. Please create one to use \`order_by\`.`);
}
