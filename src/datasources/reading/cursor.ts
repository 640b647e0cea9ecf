import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../../domain/errors.js';

/** Where a row was when its page was read. */
export interface Cursor {
  readonly offset: number;
  /** Empty for a row that could not be read. */
  readonly sid: string;
  /** What the list is ordered by, as this row had it; null where that is not known. */
  readonly sortKey: string | null;
  /**
   * Marks of the rows right before it, nearest first: its place among rows of the same sort key, should it be gone.
   * Null where the row before was not read.
   */
  readonly previous: readonly string[] | null;
}

/** How many rows before it a cursor knows. */
export const knownPrevious = 5;

/** A short hash of a sid (FNV-1a, 32 bits), to tell a row from its neighbours: sids may end, or begin, alike. */
export function markOf(sid: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < sid.length; index += 1)
    hash = Math.imul(hash ^ sid.charCodeAt(index), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** Raised when what a cursor holds changes its meaning; older ones are refused then. */
const version = 1;

/** Longer than any that is made here: a name may be the sort key. */
const maximumLength = 8192;

const content = z.tuple([
  z.literal(version),
  z.string(),
  z.int().min(0).max(1_000_000_000),
  z.string(),
  z.string().nullable(),
  z.array(z.string().max(8)).max(knownPrevious).nullable(),
]);

/** A short hash of which list a cursor belongs to: its filter, its order, and whose messages. */
export function fingerprintOf(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 8);
}

/** Opaque text for clients; what is in it is nobody's business and may change. */
export function encodeCursor({ offset, sid, sortKey, previous }: Cursor, fingerprint: string): string {
  const parts = [version, fingerprint, offset, sid, sortKey, previous];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/**
 * Reads a cursor that a client gave back.
 * @param argument `after` or `before`, named in the error.
 * @throws InputError for text that this gateway did not make, or made for another filter or order.
 */
export function decodeCursor(text: string, fingerprint: string, argument: string): Cursor {
  const parsed = content.safeParse(parse(text)).data;
  if (parsed === undefined) throw new InputError(argument, 'is not a cursor of this API.');
  const [, made, offset, sid, sortKey, previous] = parsed;
  const cursor = { offset, sid, sortKey, previous };
  // Base64 has many spellings of the same bytes, and decoders pass over what is left at the end.
  if (encodeCursor(cursor, made) !== text) throw new InputError(argument, 'is not a cursor of this API.');
  if (made !== fingerprint)
    throw new InputError(
      argument,
      'is a cursor of another list: the filter and the order must stay the same.',
    );
  return cursor;
}

function parse(text: string): unknown {
  if (text.length > maximumLength || !/^[\w-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
