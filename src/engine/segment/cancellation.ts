/** Asked between slices of long work. */
export interface Cancellation {
  /** @throws NEARIFY_TIMEOUT or NEARIFY_CANCELLED once the request is no longer wanted. */
  check(): void;
}

/** For work that nobody can cancel. */
export const NEVER_CANCELLED: Cancellation = { check: () => {} };
