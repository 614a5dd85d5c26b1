import { SearchMatrixRequest } from '../../../schemas/matrix.ts';
import { matrixOffsets, matrixPairs } from '../../engine/segment/read/matrix.ts';
import { compileValidator } from '../../shared/validation.ts';
import { parseBody, type ReadContext } from '../task.ts';

const validate = compileValidator(SearchMatrixRequest, { part: 'JSON body' });

export function runMatrixPairs(context: ReadContext): void {
  const { collection, writer, cancel } = context;
  matrixPairs(collection, validate(parseBody(context)), writer, cancel);
}

export function runMatrixOffsets(context: ReadContext): void {
  const { collection, writer, cancel } = context;
  matrixOffsets(collection, validate(parseBody(context)), writer, cancel);
}
