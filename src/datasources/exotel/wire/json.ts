/** The document nests 6 levels deep. What is deeper than this could overflow the stack of whatever walks it. */
const maximumNesting = 100;

/** Reads JSON; undefined for what is none, and for what nests deeper than any answer of this API. */
export function parseJson(text: string): unknown {
  try {
    const json = JSON.parse(text) as unknown; // which does not recurse
    return isDeeper(json, maximumNesting) ? undefined : json;
  } catch {
    return undefined;
  }
}

/**
 * Called for lists and objects alone: most values of a row are neither, and calls would cost more than the check. Lists
 * are walked by index: of a million values `for in` would make as many texts.
 */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[])
      if (typeof each === 'object' && each !== null && isDeeper(each, levels - 1)) return true;
    return false;
  }
  const values = value as Readonly<Record<string, unknown>>;
  for (const key in values) {
    const each = values[key];
    if (typeof each === 'object' && each !== null && isDeeper(each, levels - 1)) return true;
  }
  return false;
}
