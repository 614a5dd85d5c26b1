import type { QueryRequest } from '../../../../schemas/query.ts';
import { badRequest, notFound, type ServiceError, wrongInput } from '../../../shared/errors.ts';
import { parsePointId, type PointId, pointIdJson } from '../../../shared/ids.ts';
import type { JsonWriter } from '../../../shared/json/writer.ts';
import type { VectorConfig } from '../../vectors/vector-config.ts';
import { readVector, type VectorValue } from '../../vectors/vector-value.ts';
import type { Cancellation } from '../cancellation.ts';
import { type Collection, locate } from '../collection.ts';
import { nearest, reportedScore } from './nearest.ts';
import { currentRow, type Selection, selection, writeSelected } from './record.ts';
import { scroll } from './scroll.ts';
import type { Hit } from './segment-search.ts';

const DEFAULT_LIMIT = 10;

/** Answers one query request: writes `{"points":[…]}`. */
export function query(
  collection: Collection,
  request: QueryRequest,
  writer: JsonWriter,
  cancel: Cancellation,
): void {
  refuseUnsupported(request);
  const selected = selection(collection, request.with_payload, request.with_vector);
  const run: QueryRun = { collection, request, page: pageOf(collection, request), selected, cancel };
  writer.text('{"points":[');
  if (request.query === undefined || request.query === null) {
    if (typeof request.score_threshold === 'number') {
      throw badRequest(
        "A query is needed to use the score_threshold. Can't have score_threshold without defining a query.",
      );
    }
    writeScrolled(run, writer);
  } else {
    writeNearest(run, writer);
  }
  writer.text(']}');
}

/** What the schema allows and no engine runs yet must not be left out of an answer silently. */
function refuseUnsupported({ prefetch, query: input, lookup_from: lookup }: QueryRequest): void {
  const hasPrefetch = Array.isArray(prefetch) ? prefetch.length > 0 : Boolean(prefetch);
  if (hasPrefetch && (input === undefined || input === null)) {
    throw badRequest(
      "A query is needed to merge the prefetches. Can't have prefetches without defining a query.",
    );
  }
  if (hasPrefetch) throw unsupported('prefetch');
  if (lookup) throw unsupported('lookup_from');
  if (isNearest(input) && input.mmr) throw unsupported('mmr');
}

function unsupported(what: string): ServiceError {
  return badRequest(`${what} is not supported by this version`);
}

/** A query under way. */
interface QueryRun {
  readonly collection: Collection;
  readonly request: QueryRequest;
  readonly page: Page;
  readonly selected: Selection;
  readonly cancel: Cancellation;
}

interface Page {
  readonly offset: number;
  /** `offset + limit`, bounded by the number of points. */
  readonly end: number;
}

function pageOf(collection: Collection, request: QueryRequest): Page {
  const total = collection.segments.reduce((sum, segment) => sum + segment.count, 0);
  const offset = Math.min(Number(request.offset ?? 0), total);
  return { offset, end: Math.min(offset + Number(request.limit ?? DEFAULT_LIMIT), total) };
}

function writeScrolled(run: QueryRun, writer: JsonWriter): void {
  const { collection, request, page, selected, cancel } = run;
  collection.env.refresh();
  const { points } = scroll(collection, { limit: page.end, filter: request.filter ?? undefined }, cancel);
  for (const [i, { at, payload }] of points.slice(page.offset).entries()) {
    writer.text(i === 0 ? '{"id":' : ',{"id":');
    writer.id(at.segment.idAt(at.offset));
    writer.text(',"version":0,"score":1.0');
    writeSelected(writer, selected, at, payload);
    writer.text('}');
  }
}

function writeNearest(run: QueryRun, writer: JsonWriter): void {
  const { collection, request, page, cancel } = run;
  const config = usedVector(collection, request.using ?? '');
  const example = exampleOf(collection, request.query, config);
  const plan = {
    vectorName: config.name,
    query: example.vector,
    filter: request.filter ?? undefined,
    k: page.end + (example.id === undefined ? 0 : 1),
    ...searchOptions(request.params),
  };
  const hits = plan.k === 0 ? [] : nearest(collection, plan, cancel);
  const others = hits.filter(
    ({ segment, offset }) => example.id === undefined || segment.idAt(offset) !== example.id,
  );
  const passes = thresholdTest(config, request.score_threshold ?? undefined);
  writeHits(run, others.slice(page.offset, page.end).filter(passes), config, writer);
}

function searchOptions(params: QueryRequest['params']) {
  const ef = params?.hnsw_ef;
  return {
    isExact: params?.exact === true,
    isIndexedOnly: params?.indexed_only === true,
    ...(typeof ef === 'number' && { ef }),
  };
}

function usedVector(collection: Collection, name: string): VectorConfig {
  const config = collection.vectors.find((vector) => vector.name === name);
  if (config === undefined) throw wrongInput(`Not existing vector name error: ${name}`);
  return config;
}

/** The vector to compare with: given as numbers, or that of a stored point, which then is no hit itself. */
function exampleOf(
  collection: Collection,
  input: QueryRequest['query'],
  config: VectorConfig,
): { vector: VectorValue; id?: PointId } {
  const value: unknown = isNearest(input) ? input.nearest : input;
  if (Array.isArray(value) || value instanceof Float32Array || isSparse(value)) {
    return { vector: readVector(config, value) };
  }
  const id = parsePointId(value);
  if (id === undefined) throw unsupported('this kind of query');
  collection.env.refresh();
  const at = locate(collection, id);
  if (at === undefined) throw notFound(`No point with id ${pointIdJson(id).replaceAll('"', '')} found`);
  const vector = at.segment.valueOf(config.name, at.offset);
  if (vector === undefined) throw notFound(`Vector with name "${config.name}" for point not found`);
  return { vector, id };
}

function isNearest(
  input: QueryRequest['query'],
): input is Extract<QueryRequest['query'], { nearest: unknown }> {
  return typeof input === 'object' && input !== null && 'nearest' in input;
}

function isSparse(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'indices' in value;
}

/** Keeps scores strictly better than the threshold; for distances that is below it. */
function thresholdTest(config: VectorConfig, threshold: number | undefined): (hit: Hit) => boolean {
  if (threshold === undefined) return () => true;
  const limit = Math.fround(threshold);
  const isDistance = config.metric === 'Euclid' || config.metric === 'Manhattan';
  return ({ similarity }) => {
    const score = reportedScore(config.metric, similarity);
    return isDistance ? score < limit : score > limit;
  };
}

function writeHits(
  { collection, selected }: QueryRun,
  hits: readonly Hit[],
  { metric }: VectorConfig,
  writer: JsonWriter,
): void {
  collection.env.refresh();
  let separator = '{"id":';
  for (const hit of hits) {
    const row = currentRow(collection, hit);
    if (row === undefined) continue;
    writer.text(separator);
    separator = ',{"id":';
    writer.id(row.at.segment.idAt(row.at.offset));
    writer.text(',"version":');
    writer.text(String(row.at.segment.versionAt(row.at.offset)));
    writer.text(',"score":');
    writer.float32(reportedScore(metric, hit.similarity));
    writeSelected(writer, selected, row.at, row.payload);
    writer.text('}');
  }
}
