import { isObject, type JsonObject } from '../../../domain/json.js';
import { type Drift } from '../../../domain/telemetry.js';
import { ObjectShape, type Shape } from '../wire/fields.js';
import { lacksOffset } from '../wire/values.js';

/** Longer than any key of the document. */
const maximumKeyLength = 40;

/** A key as it may be shown: keys from outside that could be numbers of people, ids or sentences are not repeated. */
export function shownKey(key: string): string {
  const isName = /^[A-Za-z_][\w.-]*$/.test(key) && !/\d{3}/.test(key);
  return isName && key.length <= maximumKeyLength ? key : '(unprintable)';
}

/** Most keys in a report. Responses of this API have far fewer, and a longer list helps no reader. */
const maximumKeys = 200;

/** Differences of an object from its documented shape. Missing keys are not a difference. */
export function differences(value: JsonObject, shape: ObjectShape, path: string): Drift[] {
  const keys = Object.keys(value).slice(0, maximumKeys);
  return keys.flatMap((key) => {
    const expected = shape.of(key);
    const keyPath = `${path}${path === '' ? '' : '.'}${expected === undefined ? shownKey(key) : key}`;
    return expected === undefined
      ? [{ kind: 'key', path: keyPath }]
      : differencesOf(value[key], expected, keyPath);
  });
}

/** Differences of a value from its documented shape. */
export function differencesOf(value: unknown, shape: Shape, path: string): Drift[] {
  if (hasShape(value, shape)) return [];
  if (isList(shape) && Array.isArray(value))
    return value.slice(0, maximumKeys).flatMap((each) => differencesOf(each, shape[0], `${path}[]`));
  if (shape instanceof ObjectShape && isObject(value)) return differences(value, shape, path);
  return [{ kind: typeof shape === 'function' && typeof value === 'string' ? 'status' : 'shape', path }];
}

/** Whether an object has its documented shape. Most have, and this check allocates nothing. */
export function isDocumented(value: JsonObject, shape: ObjectShape): boolean {
  const { keys, shapes } = shape.written;
  let position = 0;
  for (const key in value) {
    const expected = keys[position] === key ? shapes[position] : shape.at(position, key);
    position += 1;
    if (expected === undefined || !hasShape(value[key], expected)) return false;
  }
  return true;
}

function hasShape(value: unknown, shape: Shape): boolean {
  if (value === null || shape === 'anything') return true;
  if (shape === 'text') return typeof value === 'string';
  if (shape === 'moment') return typeof value === 'string' && !lacksOffset(value);
  if (shape === 'number') return typeof value === 'number';
  if (typeof shape === 'function') return typeof value === 'string' && shape(value);
  if (isList(shape)) return Array.isArray(value) && areOf(value, shape[0]);
  return isObject(value) && isDocumented(value, shape);
}

function areOf(values: readonly unknown[], shape: Shape): boolean {
  for (const value of values) if (!hasShape(value, shape)) return false;
  return true;
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}
