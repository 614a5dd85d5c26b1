import type { Env } from '../../storage/env.ts';
import { columnBlockKey, lastNumberOf } from '../../storage/keys.ts';
import { Column, createColumn } from '../payload/fields/column.ts';
import { ColumnWriter } from '../payload/fields/column-writer.ts';
import { fieldType } from '../payload/fields/field-types.ts';
import { readIndexState, type StoredIndex } from '../payload/fields/index-state.ts';
import type { PayloadIndexHandle } from '../payload/fields/payload-indexes.ts';
import type { Segment } from './segment.ts';

/** Nobody else works in a memory that is being loaded: any scratch area will do. */
const LOADING_THREAD = 0;

/** Rebuilds the shared memory of every payload index from LMDB: it copies blocks of rows. */
export function loadIndexes(
  env: Env,
  segments: readonly Segment[],
  module: WebAssembly.Module,
): PayloadIndexHandle[] {
  return readIndexState(env).indexes.map((index) => {
    const { built: _, ...definition } = index;
    const columns = segments.map((segment) => loadColumn(env, index, segment, module).handle);
    return { ...definition, columns };
  });
}

function loadColumn(env: Env, index: StoredIndex, segment: Segment, module: WebAssembly.Module): Column {
  const { cell } = fieldType(index.schema);
  const { capacity, layout } = segment;
  const scratchCount = layout.scratch.length;
  const column = new Column(
    createColumn(segment.id, { cell, capacity, scratchCount }),
    module,
    LOADING_THREAD,
  );
  const rows = index.isComplete ? segment.count : (index.built?.[segment.id] ?? 0);
  const writer = new ColumnWriter(column);
  const blocks = env.range(
    columnBlockKey(index.id, segment.id, 0),
    columnBlockKey(index.id, segment.id + 1, 0),
  );
  for (const { key, value } of blocks) writer.load(lastNumberOf(key), value, rows);
  writer.publish((row) => segment.isDeleted(row), []);
  return column;
}
