import { type ServiceError, wrongInput } from '../../../shared/errors.ts';

/** 400: levels of a request that cannot be put together. */
export function invalidPlan(text: string): ServiceError {
  return wrongInput(`Validation failed: ${text}`);
}
