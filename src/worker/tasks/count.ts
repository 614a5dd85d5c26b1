import { CountRequest } from '../../../schemas/points.ts';
import { count } from '../../engine/segment/read/count.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const validate = compileValidator(CountRequest, { part: 'JSON body' });

/** Counts exactly even where an estimate would do: the bitmaps make it cheap. */
export function runCount(context: ReadContext): void {
  const { collection, cancel, writer } = context;
  const request = validate(parseBody(context));
  writer.text(`{"count":${count(collection, request.filter ?? undefined, cancel)}}`);
}
