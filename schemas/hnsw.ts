/** Settings of the HNSW index: as a request gives them (all optional) and as a collection shows them. */
import { Type, type Static } from 'typebox';
import { component, withFacts } from './component.ts';
import { Memory } from './memory.ts';
import { opt, uint } from './scalars.ts';

export const HnswConfigDiff = component(
  'HnswConfigDiff',
  withFacts(
    Type.Object({
      m: opt(uint(), { description: 'Links of a node; 0 builds no graph.' }),
      ef_construct: opt(uint({ minimum: 4 }), {
        description: 'Candidates looked at while a node is linked.',
      }),
      full_scan_threshold: opt(uint({ minimum: 10 }), {
        description: 'Kilobytes of vectors below which a search scans instead of walking the graph.',
      }),
      max_indexing_threads: opt(uint(), { description: 'Threads that build one index; 0 chooses.' }),
      on_disk: opt(Type.Boolean(), { deprecated: true, description: 'Use `memory` instead.' }),
      memory: opt(Memory),
      payload_m: opt(uint(), { description: 'Links among points of one payload value.' }),
      inline_storage: opt(Type.Boolean()),
    }),
    { aliases: { full_scan_threshold_kb: 'full_scan_threshold' } },
  ),
);
export type HnswConfigDiff = Static<typeof HnswConfigDiff>;

export const HnswConfig = component(
  'HnswConfig',
  Type.Object({
    m: uint(),
    ef_construct: uint({ minimum: 4 }),
    full_scan_threshold: uint(),
    max_indexing_threads: Type.Optional(uint({ default: 0 })),
    on_disk: opt(Type.Boolean(), { deprecated: true }),
    memory: opt(Memory),
    payload_m: opt(uint()),
    inline_storage: opt(Type.Boolean()),
  }),
);
export type HnswConfig = Static<typeof HnswConfig>;
