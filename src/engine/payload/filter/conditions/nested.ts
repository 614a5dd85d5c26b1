/** `nested`: a filter that one object of an array must pass as a whole. */
import type { Filter, Nested } from '../../../../../schemas/filter.ts';
import type { PayloadObject } from '../../../../shared/json/lossless.ts';
import { EVERY, type KeyPath, parsePath, someValue } from '../../path.ts';
import { isPayloadObject } from '../../values.ts';
import type { FilterCompiler, FilterPoint, Predicate } from '../predicate.ts';

/** An object of the array in the place of a point. It has no id and no vectors. */
class Element implements FilterPoint {
  readonly id = undefined;
  object: PayloadObject = {};

  payload(): PayloadObject {
    return this.object;
  }

  hasVector(): boolean {
    return false;
  }
}

/** The path of the elements of an array, which a path may name with or without `[]` at its end. */
export function elementsPath(key: string): KeyPath {
  const path = parsePath(key);
  return path.at(-1) === EVERY ? path : [...path, EVERY];
}

/** Compiles a `nested`. */
export function compileNested({ key, filter }: Nested, compileFilter: FilterCompiler<Filter>): Predicate {
  return someElement(elementsPath(key), compileFilter(filter));
}

/** True if one of the elements passes; what the array holds besides objects is passed over. */
export function someElement(path: KeyPath, passes: Predicate): Predicate {
  const element = new Element();
  return (point) =>
    someValue(point.payload(), path, (value) => {
      if (!isPayloadObject(value)) return false;
      element.object = value;
      return passes(element);
    });
}
