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

/** Looks at lists and objects alone: most values of a row are neither. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const each of value) if (isContainer(each) && isDeeper(each, levels - 1)) return true;
    return false;
  }
  for (const key in value) {
    const each = (value as Readonly<Record<string, unknown>>)[key];
    if (isContainer(each) && isDeeper(each, levels - 1)) return true;
  }
  return false;
}

function isContainer(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
