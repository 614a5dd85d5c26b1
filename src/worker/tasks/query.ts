import { QueryGroupsRequest, QueryRequest, QueryRequestBatch } from '../../../schemas/query.ts';
import { queryGroups } from '../../engine/segment/read/groups.ts';
import { query } from '../../engine/segment/read/query.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const validateQuery = compileValidator(QueryRequest, { part: 'JSON body' });
const validateGroups = compileValidator(QueryGroupsRequest, { part: 'JSON body' });
const validateBatch = compileValidator(QueryRequestBatch, { part: 'JSON body' });

export function runQuery(context: ReadContext): void {
  query(context, validateQuery(parseBody(context)), context.writer);
}

/** One answer for each search, in order; the first that fails fails all. */
export function runQueryBatch(context: ReadContext): void {
  const { writer } = context;
  const { searches } = validateBatch(parseBody(context));
  writer.text('[');
  for (const [i, search] of searches.entries()) {
    if (i > 0) writer.text(',');
    query(context, search, writer);
  }
  writer.text(']');
}

export function runQueryGroups(context: ReadContext): void {
  queryGroups(context, validateGroups(parseBody(context)), context.writer);
}
