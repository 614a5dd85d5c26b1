type MissingKeys<T> = {
  [K in keyof T]-?: null extends T[K] ? K : undefined extends T[K] ? K : never;
}[keyof T];

/** `T` where what may be absent or null is either absent or has a value. */
type Given<T> = Omit<T, MissingKeys<T>> & { [K in MissingKeys<T>]?: NonNullable<T[K]> };

/** Only what has a value: a setting that is absent or null says nothing, and must neither show nor replace another. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== null),
  ) as Given<T>;
}
