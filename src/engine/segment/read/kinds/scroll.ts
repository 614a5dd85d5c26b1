import { scroll } from '../scroll.ts';
import type { Stage } from '../stage.ts';

/** No query at all: points in the order of their ids. */
export function scrollStage(): Stage {
  return {
    isListing: true,
    run: ({ collection, excluded, cancel }, { filter, limit }) => {
      collection.env.refresh();
      const { points } = scroll(collection, { limit, filter, excluded }, cancel);
      return points.map(({ at }) => ({ ...at, score: 1 }));
    },
  };
}
