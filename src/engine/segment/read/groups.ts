import type { GroupId, WithLookupInterface } from '../../../../schemas/groups.ts';
import type { QueryGroupsRequest } from '../../../../schemas/query.ts';
import { notFound } from '../../../shared/errors.ts';
import { parsePointId } from '../../../shared/ids.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import type { GroupKey } from '../../query/groups.ts';
import type { Collection } from '../collection.ts';
import { collectGroups } from './collect-groups.ts';
import { planQuery } from './plan.ts';
import type { QueryHost } from './query.ts';
import { type Selection, selection, writeRecord } from './record.ts';
import { storedRow } from './retrieve.ts';
import { writeScoredPoints } from './scored-points.ts';

const LIMIT = 10;
const SIZE = 3;

/** Answers one query for groups: writes `{"groups":[…]}`. */
export function queryGroups(host: QueryHost, request: QueryGroupsRequest, writer: JsonWriter): void {
  const { collection, find } = host;
  const selected = selection(collection, request.with_payload, request.with_vector);
  const lookup = lookupOf(request.with_lookup, find);
  const limit = request.limit ?? LIMIT;
  const plan = planQuery(collection, { ...request, limit }, find);
  const groups = collectGroups(host, plan, {
    key: request.group_by,
    limit,
    size: request.group_size ?? SIZE,
  });
  writer.text('{"groups":[');
  for (const [i, group] of groups.entries()) {
    writer.text(i === 0 ? '{"id":' : ',{"id":');
    writeKey(writer, group.key);
    writer.text(',"hits":');
    writeScoredPoints(writer, { collection, selected, stage: plan.root.stage }, group.hits);
    if (lookup !== undefined) writeLookup(writer, lookup, group.key);
    writer.text('}');
  }
  writer.text(']}');
}

interface Lookup {
  readonly collection: Collection;
  readonly selected: Selection;
}

/** @throws NEARIFY_NOT_FOUND */
function lookupOf(
  lookup: WithLookupInterface | null | undefined,
  find: QueryHost['find'],
): Lookup | undefined {
  if (lookup === undefined || lookup === null) return undefined;
  const {
    collection: name,
    with_payload,
    with_vectors,
  } = typeof lookup === 'string' ? { collection: lookup } : lookup;
  const collection = find(name);
  if (collection === undefined) throw notFound(`Collection ${name} not found`);
  collection.env.refresh();
  return { collection, selected: selection(collection, with_payload ?? true, with_vectors) };
}

/** Writes the member `,"lookup":…` if there is a point with the group's key as its id. */
function writeLookup(writer: JsonWriter, { collection, selected }: Lookup, key: GroupKey): void {
  const id = parsePointId(key);
  const row = id === undefined ? undefined : storedRow(collection, id);
  if (row === undefined) return;
  writer.text(',"lookup":');
  writeRecord(writer, selected, row);
}

function writeKey(writer: JsonWriter, key: GroupId): void {
  if (typeof key === 'string') writer.string(key);
  else writer.text(String(key));
}
