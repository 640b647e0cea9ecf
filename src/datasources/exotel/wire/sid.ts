import { isSidLength } from '../../../domain/sid.js';

/**
 * A sid, as opaque as it is (docs/upstream.md, traps): any text, and an `id` of digits where newer guide pages have one.
 * Undefined for what no request could name: nothing, or a text far longer than any sid.
 */
export function sidOf(value: unknown): string | undefined {
  const sid = Number.isSafeInteger(value) ? String(value) : value;
  return typeof sid === 'string' && isSidLength(sid) ? sid : undefined;
}
