import { createHash } from 'node:crypto';
import { z } from 'zod';
import { InputError } from '../../../domain/errors.js';
import { parseJson } from '../../../domain/json.js';
import { maximumCursorLength } from '../../../domain/rules/draft.js';
import { maximumSortKeyLength } from './sort-key.js';

/**
 * Distances of the neighbours whose marks a cursor contains: the nearest five, whatever their sort key, and rows with the
 * cursor's own sort key at distances that double.
 */
export const markedDistances = [1, 2, 3, 4, 5, 10, 20, 40, 80, 160, 320] as const;

/** Number of the nearest rows that are marked without a gap. */
export const adjacentMarks = 5;

/** Characters of an encoded mark. */
const markLength = 5;
const bitsOfDigit = 6;
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const unknownMark = '.'.repeat(markLength);

/** Matches encoded marks, at most one for each distance. */
const marksPattern = /^(?:[\w-]{5}|\.{5}){0,11}$/;

/** Neighbours of a cursor's row on one side. */
export interface Neighbours {
  /** Number of rows with the same sort key on this side; null if their end was not read. */
  readonly tied: number | null;
  /** Marks of the rows at `markedDistances`; null for rows that were not read. */
  readonly marks: readonly (number | null)[];
}

/** Neighbours of a row if none of them was read. */
export const unknownNeighbours: Neighbours = { tied: null, marks: [] };

/** Mark of a row: a 30-bit hash (FNV-1a) of its sid. A prefix would not do, since sids may begin or end alike. */
export function markOf(sid: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < sid.length; index += 1)
    hash = Math.imul(hash ^ sid.charCodeAt(index), 0x01000193);
  return hash & 0x3fffffff;
}

/** Encodes marks with five characters each. */
function marksToText(marks: readonly (number | null)[]): string {
  let text = '';
  for (const mark of marks)
    if (mark === null) text += unknownMark;
    else
      for (let shift = bitsOfDigit * (markLength - 1); shift >= 0; shift -= bitsOfDigit)
        text += digits.charAt((mark >> shift) & 63);
  return text;
}

/** Decodes the result of `marksToText`; the text must match `marksPattern`. */
function marksFromText(text: string): (number | null)[] {
  const marks: (number | null)[] = [];
  for (let start = 0; start < text.length; start += markLength) {
    const encoded = text.slice(start, start + markLength);
    marks.push(
      encoded === unknownMark
        ? null
        : [...encoded].reduce((mark, digit) => mark * 64 + digits.indexOf(digit), 0),
    );
  }
  return marks;
}

/**
 * True if the marks of all rows on this side up to a distance are known.
 * @param distance 0 for none.
 */
export function knowsAllUpTo({ marks }: Neighbours, distance: number): boolean {
  if (distance > adjacentMarks) return false;
  for (let index = 0; index < distance; index += 1) if (marks[index] == null) return false;
  return true;
}

/** True if the row at a distance had the cursor's own sort key, or may have had it. */
export function isTiedAt({ tied }: Neighbours, distance: number): boolean {
  return tied === null || distance <= tied;
}

/** The distance of the nearest row with a known mark on this side; undefined if there is none. */
export function nearestKnown({ marks }: Neighbours): number | undefined {
  return markedDistances[marks.findIndex((mark) => mark !== null)];
}

/** Progress of an export, which may read a list in several passes (export/sweep.ts). */
export interface SweepProgress {
  /** Number of the pass, from 1. */
  readonly pass: number;
  /** True if rows may have been passed over in this pass. */
  readonly isDoubtful: boolean;
  /** Rows of this pass so far, each counted once. */
  readonly distinct: number;
  /** Total rows when this pass began. */
  readonly firstTotal: number;
}

/** Position of a row at the time its page was read. */
export interface Cursor {
  readonly offset: number;
  /** Total rows of the list; null in cursors of version 1. */
  readonly total: number | null;
  /** Empty for a row that could not be read. */
  readonly sid: string;
  /** Sid of a row that could not be read, if the upstream gave one; else empty. Its sort key is not known. */
  readonly unreadableSid: string;
  /**
   * Sort key of the row, or of the nearest readable row if this one could not be read; null if it is not known.
   */
  readonly sortKey: string | null;
  /** The rows before it. */
  readonly previous: Neighbours;
  /** The rows after it. */
  readonly next: Neighbours;
  /** In cursors of exports. */
  readonly sweep?: SweepProgress | undefined;
}

/** Version of the content. Raise it whenever the meaning of the content changes. */
const version = 2;

/** A number of rows, up to the largest total that is read from the upstream (wire/values.ts). */
const rows = z
  .int()
  .min(0)
  .max(2 ** 31 - 1);
const marks = z.string().regex(marksPattern);

const content = z
  .tuple([
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
    z.string().min(1).nullable().optional(), // sid of an unreadable row
    z.tuple([z.int().min(1).max(9), z.literal([0, 1]), rows, rows]).optional(), // pass, doubt, distinct rows, first total
  ])
  .refine((parts) => parts[10] !== null || parts[11] !== undefined); // null only stands before a sweep: each cursor has one spelling

/** Items of the longest list in a cursor. */
const mostParts = 12;

/** Version 1, which clients may still hold: marks of the five preceding rows only, as hashes in base 36. */
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

/** Fingerprint of the list that a cursor belongs to: a short hash of the identity of the list. */
export function fingerprintOf(listIdentity: string): string {
  return createHash('sha256').update(listIdentity).digest('base64url').slice(0, 8);
}

/** Encodes a cursor as text that is opaque to clients. */
export function encodeCursor(cursor: Cursor, fingerprint: string): string {
  const { offset, total, sid, unreadableSid, sortKey, previous, next, sweep } = cursor;
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
    ...(unreadableSid === '' ? (sweep ? [null] : []) : [unreadableSid]),
    ...(sweep ? [[sweep.pass, Number(sweep.isDoubtful), sweep.distinct, sweep.firstTotal]] : []),
  ]);
}

function textOf(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

/**
 * Decodes a cursor.
 * @param argument `after` or `before`, for the error.
 * @throws InputError for text that is not a cursor, or a cursor of a list with another filter or order.
 */
export function decodeCursor(text: string, fingerprint: string, argument: string): Cursor {
  const parsed = parse(text);
  // Base64 and JSON have several spellings of one value; only the one that `encodeCursor` writes is accepted.
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
  const parsed = parseJson(Buffer.from(text, 'base64url').toString('utf8'));
  return isFlat(parsed) ? parsed : undefined;
}

/** The schemas are for lists of a few texts and numbers: they would take 1,000 times as long for nested or long ones. */
function isFlat(parsed: unknown, levels = 2): boolean {
  if (!Array.isArray(parsed)) return typeof parsed !== 'object' || parsed === null;
  return levels > 0 && parsed.length <= mostParts && parsed.every((part) => isFlat(part, levels - 1));
}

function read(parsed: unknown): { readonly fingerprint: string; readonly cursor: Cursor } | undefined {
  const now = content.safeParse(parsed).data;
  if (now) {
    const [, fingerprint, offset, total, sid, sortKey, tiedBefore, before, tiedAfter, after, failed, swept] =
      now;
    const previous = { tied: tiedBefore, marks: marksFromText(before) };
    const next = { tied: tiedAfter, marks: marksFromText(after) };
    const unreadableSid = failed ?? '';
    const sweep = swept && {
      pass: swept[0],
      isDoubtful: swept[1] === 1,
      distinct: swept[2],
      firstTotal: swept[3],
    };
    return { fingerprint, cursor: { offset, total, sid, unreadableSid, sortKey, previous, next, sweep } };
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
      unreadableSid: '',
      sortKey: sortKey?.slice(0, maximumSortKeyLength) ?? null,
      previous,
      next: unknownNeighbours,
    },
  };
}
