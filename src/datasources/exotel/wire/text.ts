import { z } from 'zod';

/** Text that must be there; a number is taken as its digits. */
export const text = z.transform((value, context) => {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  context.issues.push({ code: 'custom', message: 'neither text nor a number', input: value });
  return z.NEVER;
});

/** Text that a row can do without, null for anything else. Empty text is what some layers write for null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Text that a row can do without. */
export const optionalText = z.transform(textOrNull);
