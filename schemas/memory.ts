/** Where data lives. */
import type { Static } from 'typebox';
import { component } from './component.ts';
import { oneOf } from './scalars.ts';

export const Memory = component(
  'Memory',
  oneOf(['cold', 'cached', 'pinned'], {
    description: 'On disk, on disk with a warm cache, or held in memory.',
  }),
);
export type Memory = Static<typeof Memory>;
