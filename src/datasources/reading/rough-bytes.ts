import { textBytes } from '../../domain/entries.js';

/** Of an object's shape, a number or a reference. */
const slotBytes = 16;
/** Of an error, beside its own properties: its stack above all. */
const errorBytes = 1600;

/** How much memory plain data takes, estimated: seldom less than it really takes, and up to twice as much. */
export function roughBytes(value: unknown): number {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value !== 'object' || value === null) return slotBytes;
  let sum = value instanceof Error ? errorBytes : slotBytes;
  for (const name in value) sum += roughBytes((value as Readonly<Record<string, unknown>>)[name]);
  return sum;
}
