import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../../domain/errors.js';
import { maximumCursorLength } from '../../domain/lengths.js';
import {
  marksFromText,
  marksPattern,
  marksToText,
  type Neighbours,
  unknownNeighbours,
} from './neighbour-marks.js';
import { maximumSortKeyLength } from './sort-key.js';

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
