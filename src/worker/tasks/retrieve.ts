import { PointRequest } from '../../../schemas/points.ts';
import { selection } from '../../engine/segment/read/record.ts';
import { retrieve, retrieveOne } from '../../engine/segment/read/retrieve.ts';
import { notFound, wrongInput } from '../../shared/errors.ts';
import { parsePathPointId, parsePointId } from '../../shared/ids.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const validate = compileValidator(PointRequest, { part: 'JSON body' });

export function runRetrieve(context: ReadContext): void {
  const { collection, writer } = context;
  const request = validate(parseBody(context));
  collection.env.refresh();
  const ids = request.ids.map((id) => parsePointId(id)!);
  retrieve(collection, ids, selection(collection, request.with_payload, request.with_vector), writer);
}

/** One point by the id in the path, payload and vectors included. */
export function runGetPoint(context: ReadContext): void {
  const { collection, args, writer } = context;
  const text = String(args.id);
  const id = parsePathPointId(text);
  if (id === undefined) throw wrongInput(`Can not recognize "${text}" as point id`);
  collection.env.refresh();
  const wasFound = retrieveOne(collection, id, selection(collection, true, true), writer);
  if (!wasFound) throw notFound(`Point with id ${id} does not exists!`);
}
