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
export const marksPattern = /^(?:[\w-]{5}|\.{5}){0,11}$/;

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
export function marksToText(marks: readonly (number | null)[]): string {
  let text = '';
  for (const mark of marks)
    if (mark === null) text += unknownMark;
    else
      for (let shift = bitsOfDigit * (markLength - 1); shift >= 0; shift -= bitsOfDigit)
        text += digits.charAt((mark >> shift) & 63);
  return text;
}

/** Reads what `marksToText` wrote; the text must match `marksPattern`. */
export function marksFromText(text: string): (number | null)[] {
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
