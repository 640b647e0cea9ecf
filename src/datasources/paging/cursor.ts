import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../../domain/errors.js';
import { maximumCursorLength } from '../../domain/rules/draft.js';
import { maximumSortKeyLength } from './sort-key.js';

/**
 * Distances at which a cursor knows the rows beside its own: each of the nearest five, whatever their sort key, and of
 * rows with its own sort key every second as far again.
 */
export const markedDistances = [1, 2, 3, 4, 5, 10, 20, 40, 80, 160, 320] as const;

/** How many of the nearest rows a cursor knows without a gap. */
export const adjacentMarks = 5;

/** Characters of a mark as text. */
const markLength = 5;
const bitsOfDigit = 6;
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const unknownMark = '.'.repeat(markLength);

/** Matches the text of marks, of one for each distance at most. */
const marksPattern = /^(?:[\w-]{5}|\.{5}){0,11}$/;

/** What a cursor knows of the rows on one side of its own. */
export interface Neighbours {
  /** How many rows with the same sort key there were on this side; null where the end of them was not read. */
  readonly tied: number | null;
  /** Marks of the rows at `markedDistances`; null for a row that was not read. */
  readonly marks: readonly (number | null)[];
}

/** Of a row beside which nothing was read. */
export const unknownNeighbours: Neighbours = { tied: null, marks: [] };

/** A 30-bit hash of a sid (FNV-1a), to recognise a neighbour: sids may end, or begin, alike. */
export function markOf(sid: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < sid.length; index += 1)
    hash = Math.imul(hash ^ sid.charCodeAt(index), 0x01000193);
  return hash & 0x3fffffff;
}

/** Writes marks as text of five characters each. */
function marksToText(marks: readonly (number | null)[]): string {
  let text = '';
  for (const mark of marks)
    if (mark === null) text += unknownMark;
    else
      for (let shift = bitsOfDigit * (markLength - 1); shift >= 0; shift -= bitsOfDigit)
        text += digits.charAt((mark >> shift) & 63);
  return text;
}

/** Reads what `marksToText` wrote; the text must match `marksPattern`. */
function marksFromText(text: string): (number | null)[] {
  const marks: (number | null)[] = [];
  for (let start = 0; start < text.length; start += markLength) {
    const written = text.slice(start, start + markLength);
    marks.push(
      written === unknownMark
        ? null
        : [...written].reduce((mark, digit) => mark * 64 + digits.indexOf(digit), 0),
    );
  }
  return marks;
}

/**
 * True where every row on this side up to a distance is known.
 * @param distance 0 for none.
 */
export function knowsAllUpTo({ marks }: Neighbours, distance: number): boolean {
  if (distance > adjacentMarks) return false;
  for (let index = 0; index < distance; index += 1) if (marks[index] == null) return false;
  return true;
}

/** True where the row at a distance had the cursor's own sort key. */
export function isTiedAt({ tied }: Neighbours, distance: number): boolean {
  return tied === null || distance <= tied;
}

/** The distance of the nearest row on this side that is known; undefined where none is. */
export function nearestKnown({ marks }: Neighbours): number | undefined {
  return markedDistances[marks.findIndex((mark) => mark !== null)];
}

/** Where a row was when its page was read. */
export interface Cursor {
  readonly offset: number;
  /** How many rows the list had; null in cursors that do not say. */
  readonly total: number | null;
  /** Empty for a row that could not be read. */
  readonly sid: string;
  /**
   * The value that the list is ordered by, of this row, or of the nearest readable one where this row could not be read;
   * null where it is not known.
   */
  readonly sortKey: string | null;
  /** The rows before it. */
  readonly previous: Neighbours;
  /** The rows after it. */
  readonly next: Neighbours;
}

/** Raised when the meaning of a cursor's content changes. */
const version = 2;

/** Rows of a list, at most; far more than an account has. */
const rows = z.int().min(0).max(1_000_000_000);
const marks = z.string().regex(marksPattern);

const content = z.tuple([
  z.literal(version),
  z.string(), // fingerprint
  rows, // offset
  rows.nullable(), // total
  z.string(), // sid
  z.string().nullable(), // sort key
  rows.nullable(), // tied rows before
  marks,
  rows.nullable(), // tied rows after
  marks,
]);

/** Version 1, of which clients may still have some: it knew the five rows before, with hashes as text of base 36. */
const contentOfVersion1 = z.tuple([
  z.literal(1),
  z.string(),
  rows,
  z.string(),
  z.string().nullable(),
  z
    .array(z.string().regex(/^[\da-z]{1,7}$/))
    .max(5)
    .nullable(),
]);

/** A short hash of which list a cursor belongs to: its filter, its order, and whose messages. */
export function fingerprintOf(list: string): string {
  return createHash('sha256').update(list).digest('base64url').slice(0, 8);
}

/** Opaque text for clients; its content is private and may change. */
export function encodeCursor(cursor: Cursor, fingerprint: string): string {
  const { offset, total, sid, sortKey, previous, next } = cursor;
  return textOf([
    version,
    fingerprint,
    offset,
    total,
    sid,
    sortKey,
    previous.tied,
    marksToText(previous.marks),
    next.tied,
    marksToText(next.marks),
  ]);
}

function textOf(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/**
 * Reads a cursor that a client gave back.
 * @param argument `after` or `before`, named in the error.
 * @throws InputError for text that this gateway did not make, or made for another filter or order.
 */
export function decodeCursor(text: string, fingerprint: string, argument: string): Cursor {
  const parsed = parse(text);
  // Base64 has many spellings of the same bytes, and decoders pass over the rest at the end; so has JSON.
  const known = parsed !== undefined && textOf(parsed) === text ? read(parsed) : undefined;
  if (known === undefined) throw new InputError(argument, 'is not a cursor of this API.');
  if (known.fingerprint !== fingerprint)
    throw new InputError(
      argument,
      'is a cursor of another list: the filter and the order must stay the same.',
    );
  return known.cursor;
}

function parse(text: string): unknown {
  if (text.length > maximumCursorLength || !/^[\w-]+$/.test(text)) return undefined;
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function read(parsed: unknown): { readonly fingerprint: string; readonly cursor: Cursor } | undefined {
  const now = content.safeParse(parsed).data;
  if (now) {
    const [, fingerprint, offset, total, sid, sortKey, tiedBefore, before, tiedAfter, after] = now;
    const previous = { tied: tiedBefore, marks: marksFromText(before) };
    const next = { tied: tiedAfter, marks: marksFromText(after) };
    return { fingerprint, cursor: { offset, total, sid, sortKey, previous, next } };
  }
  const old = contentOfVersion1.safeParse(parsed).data;
  if (!old) return undefined;
  const [, fingerprint, offset, sid, sortKey, before] = old;
  const hashes = (before ?? []).map((hash) => Number.parseInt(hash, 36) & 0x3fffffff);
  const previous = { tied: null, marks: hashes };
  return {
    fingerprint,
    cursor: {
      offset,
      total: null,
      sid,
      sortKey: sortKey?.slice(0, maximumSortKeyLength) ?? null,
      previous,
      next: unknownNeighbours,
    },
  };
}
