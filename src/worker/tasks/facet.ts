import { FacetRequest } from '../../../schemas/facet.ts';
import { facet } from '../../engine/segment/read/facet.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const validate = compileValidator(FacetRequest, { part: 'JSON body' });

export function runFacet(context: ReadContext): void {
  const { collection, writer, cancel } = context;
  facet(collection, validate(parseBody(context)), writer, cancel);
}
