import { type OrderByInterface, ScrollRequest } from '../../../schemas/points.ts';
import { orderedRows, orderingOf } from '../../engine/segment/read/order-by.ts';
import { currentRow, type Selection, selection, writeRecord } from '../../engine/segment/read/record.ts';
import { matchingRows } from '../../engine/segment/read/rows.ts';
import { scroll } from '../../engine/segment/read/scroll.ts';
import { wrongInput } from '../../shared/errors.ts';
import { parsePointId } from '../../shared/ids.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const DEFAULT_LIMIT = 10;
const validate = compileValidator(ScrollRequest, { part: 'JSON body' });

export function runScroll(context: ReadContext): void {
  const request = validate(parseBody(context));
  const selected = selection(context.collection, request.with_payload ?? true, request.with_vector);
  context.collection.env.refresh();
  if (request.order_by) scrollByValue(context, request, request.order_by, selected);
  else scrollById(context, request, selected);
}

function limitOf({ limit }: ScrollRequest): number {
  return Number(limit ?? DEFAULT_LIMIT);
}

function scrollById(
  { collection, cancel, writer }: ReadContext,
  request: ScrollRequest,
  selected: Selection,
): void {
  const { points, next } = scroll(
    collection,
    {
      from: parsePointId(request.offset),
      limit: limitOf(request),
      filter: request.filter ?? undefined,
    },
    cancel,
  );
  writer.text('{"points":[');
  for (const [i, point] of points.entries()) {
    if (i > 0) writer.text(',');
    writeRecord(writer, selected, point);
  }
  writer.text('],"next_page_offset":');
  if (next === undefined) writer.text('null');
  else writer.id(next);
  writer.text('}');
}

/** A point comes once for each of its values, and where the next page starts is for the client to say. */
function scrollByValue(
  { collection, cancel, writer }: ReadContext,
  request: ScrollRequest,
  orderBy: OrderByInterface,
  selected: Selection,
): void {
  if (request.offset !== undefined && request.offset !== null) {
    throw wrongInput(
      'Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a ' +
        "filter to exclude the IDs that you've already seen for the `order_by.start_from` value",
    );
  }
  const batches = () =>
    matchingRows(collection, { filter: request.filter ?? undefined, excluded: [] }, cancel);
  const rows = orderedRows(collection, batches, orderingOf(collection, orderBy), limitOf(request));
  collection.env.refresh();
  let separator = '{"points":[';
  for (const row of rows) {
    const current = currentRow(collection, row);
    if (current === undefined) continue;
    writer.text(separator);
    separator = ',';
    writeRecord(writer, selected, { ...current, orderValue: row.orderValue });
  }
  writer.text(separator === ',' ? '],"next_page_offset":null}' : '{"points":[],"next_page_offset":null}');
}
