import { isObject, lacksOffset } from '../wire/values.js';
import { type Documented, DocumentedObject } from './documented.js';

/** Longer than any key of the document. */
const maximumKeyLength = 40;

/**
 * A key as it may be shown: it comes from outside, so what could be a number of somebody's, an id or a sentence is not
 * repeated.
 */
export function shownKey(key: string): string {
  const isName = /^[A-Za-z_][\w.-]*$/.test(key) && !/\d{3}/.test(key);
  return isName && key.length <= maximumKeyLength ? key : '(unprintable)';
}

/** The path of a key within what has this path. */
function pathOf(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`;
}

/** Something that the document does not have: a key, a word for a status, or a value of another type. */
export interface Drift {
  readonly kind: 'key' | 'status' | 'shape';
  /** Where, as names alone: `response[].data.schedule.newKey`. Never a value. */
  readonly path: string;
}

type Values = Readonly<Record<string, unknown>>;

/** More is no answer of this API, and nobody would read the list. */
const maximumKeys = 200;

/** What of an object is not in the document; what the document has and the object lacks is none of it. */
export function differences(value: Values, documented: DocumentedObject, path: string): Drift[] {
  return Object.keys(value)
    .slice(0, maximumKeys)
    .flatMap((key) => {
      const what = documented.of(key);
      return what === undefined
        ? [{ kind: 'key' as const, path: pathOf(path, shownKey(key)) }]
        : differencesOf(value[key], what, pathOf(path, key));
    });
}

/**
 * Whether the document has all of an object: then there are no differences. Most answers have none, and this finds it
 * without making anything: the signature of a row cost more than reading the row did.
 */
export function isDocumented(value: Values, documented: DocumentedObject): boolean {
  const { keys, as } = documented.written;
  let place = 0;
  for (const key in value) {
    const what = keys[place] === key ? as[place] : documented.inPlace(place, key);
    place += 1;
    if (what === undefined || !isAs(what, value[key])) return false;
  }
  return true;
}

function isAs(documented: Documented, value: unknown): boolean {
  if (value === null) return true;
  if (documented === 'text') return typeof value === 'string';
  if (documented === 'moment') return isMoment(value);
  if (documented === 'number') return typeof value === 'number';
  if (documented === 'anything') return true;
  if (isList(documented)) return Array.isArray(value) && areAs(documented[0], value);
  return isObject(value) && isDocumented(value, documented);
}

function areAs(documented: Documented, values: readonly unknown[]): boolean {
  for (const value of values) if (!isAs(documented, value)) return false;
  return true;
}

function differencesOf(value: unknown, documented: Documented, path: string): Drift[] {
  if (value === null || documented === 'anything') return [];
  if (isList(documented))
    return Array.isArray(value)
      ? value.slice(0, maximumKeys).flatMap((each) => differencesOf(each, documented[0], `${path}[]`))
      : [{ kind: 'shape', path }];
  if (documented instanceof DocumentedObject)
    return isObject(value) ? differences(value, documented, path) : [{ kind: 'shape', path }];
  return isAs(documented, value) ? [] : [{ kind: 'shape', path }];
}

/** What is no time at all is told by its type alone: an empty text stands for none. */
function isMoment(value: unknown): boolean {
  return typeof value === 'string' && !lacksOffset(value);
}

/** A list of the document's, not one that was answered. */
function isList(documented: Documented): documented is readonly [Documented] {
  return Array.isArray(documented);
}

/** What objects of the same keys and types have in common; of two with the same signature the differences are the same. */
export function signatureOf(value: unknown): string {
  if (Array.isArray(value)) return `[${[...new Set(value.map(signatureOf))].join('')}]`;
  if (typeof value === 'string') return lacksOffset(value) ? 't' : 's';
  if (!isObject(value)) return value === null ? '-' : ((typeof value)[0] ?? '');
  let signature = '{';
  for (const key in value) signature += `${key}${signatureOf(value[key])}`;
  return `${signature}}`;
}
