/** Entry of the thread that builds FAISS indexes: piscina calls one of the exported tasks by its name. */
import { faissFault } from '../engine/index/faiss/addon.ts';
import { buildFaissIndex } from '../engine/index/faiss/build.ts';
import { faissFile } from '../engine/index/faiss/index-file.ts';
import { VectorRows } from '../engine/index/faiss/vector-rows.ts';
import type { FaissPlace, FaissTasks } from '../protocol/faiss-tasks.ts';
import { type Outcome, toWireError } from '../protocol/wire-error.ts';
import { removeFile } from '../storage/block-file.ts';
import { storageError } from '../storage/storage-error.ts';
import { lowerThreadPriority } from './thread-priority.ts';

lowerThreadPriority();

/** Errors travel as data: thrown ones would lose their class and code. */
function task<Name extends keyof FaissTasks>(run: FaissTasks[Name]) {
  return (input: Parameters<FaissTasks[Name]>[0]): Outcome<ReturnType<FaissTasks[Name]>> => {
    try {
      return { ok: run(input as never) as ReturnType<FaissTasks[Name]> };
    } catch (error) {
      return { error: toWireError(error) };
    }
  };
}

const fileOf = ({ directory, segmentId, vectorId }: FaissPlace) => faissFile(directory, segmentId, vectorId);

export const probe = task<'probe'>(() => faissFault());
export const build = task<'build'>(({ memory, vector, count, cancel, ...place }) => {
  const file = fileOf(place);
  const isCancelled = () => Atomics.load(cancel, 0) !== 0;
  try {
    buildFaissIndex(new VectorRows(memory, vector), { file, count, isCancelled });
  } catch (cause) {
    throw storageError(`the FAISS index ${file} cannot be built`, cause);
  }
});
export const remove = task<'remove'>((place) => removeFile(fileOf(place)));
