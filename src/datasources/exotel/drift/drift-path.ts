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
export function pathOf(parent: string, key: string): string {
  return parent === '' ? key : `${parent}.${key}`;
}
