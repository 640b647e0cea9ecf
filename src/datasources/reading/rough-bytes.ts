/** What an object's shape, a number or a reference takes, roughly. */
const slotBytes = 16;

/** About how much memory plain data takes: two bytes a character, and a slot for everything. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return slotBytes + value.length * 2;
  if (typeof value !== 'object' || value === null) return slotBytes;
  let sum = slotBytes;
  for (const name in value) sum += roughBytes((value as Readonly<Record<string, unknown>>)[name]);
  return sum;
}
