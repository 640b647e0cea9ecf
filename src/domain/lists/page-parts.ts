import { type PageArguments, type PageLimits, pageSizeOf } from './page.js';

/** Parts of a page that a selection shows. */
export interface PageParts {
  /** `nodes` or `edges`. */
  readonly rows: boolean;
  readonly startCursor: boolean;
  readonly endCursor: boolean;
  /** `hasNextPage` or `hasPreviousPage`. */
  readonly place: boolean;
  readonly totalCount: boolean;
}

/** All parts: what is read where the selection is not known. */
export const allParts: PageParts = {
  rows: true,
  startCursor: true,
  endCursor: true,
  place: true,
  totalCount: true,
};

/** No part, for unions. */
export const noParts: PageParts = {
  rows: false,
  startCursor: false,
  endCursor: false,
  place: false,
  totalCount: false,
};

/**
 * The parts that fields select.
 * @param fields names of the fields selected on the connection.
 * @param pageInfoFields names of those selected on its `pageInfo`.
 */
export function pagePartsOf(fields: readonly string[], pageInfoFields: readonly string[]): PageParts {
  return {
    rows: fields.includes('nodes') || fields.includes('edges'),
    startCursor: pageInfoFields.includes('startCursor'),
    endCursor: pageInfoFields.includes('endCursor'),
    place: pageInfoFields.includes('hasNextPage') || pageInfoFields.includes('hasPreviousPage'),
    totalCount: fields.includes('totalCount'),
  };
}

/** The parts that one selection or another shows. */
export function unionOf(one: PageParts, other: PageParts): PageParts {
  return {
    rows: one.rows || other.rows,
    startCursor: one.startCursor || other.startCursor,
    endCursor: one.endCursor || other.endCursor,
    place: one.place || other.place,
    totalCount: one.totalCount || other.totalCount,
  };
}

/**
 * What must be read for a page: `nothing`; any row, for the `total`; the rows of its cursors, for its `place` in the list;
 * its first or last row, for its `ends`; or all its `rows`. Each needs what the one before needs.
 */
export type PageNeed = 'nothing' | 'total' | 'place' | 'ends' | 'rows';

/** What must be read for these parts of a page. @param count rows of the page, at most. */
export function needFor(parts: PageParts, { after, before }: PageArguments, count: number): PageNeed {
  if (count > 0 && parts.rows) return 'rows';
  if (count > 0 && (parts.startCursor || parts.endCursor)) return 'ends';
  if (parts.place && (after != null || before != null)) return 'place';
  return parts.place || parts.totalCount ? 'total' : 'nothing';
}

/**
 * The same for arguments that were not checked.
 * @throws InputError for a size out of range.
 */
export function pageNeed(page: PageArguments, limits: PageLimits, parts: PageParts): PageNeed {
  return needFor(parts, page, pageSizeOf(page, limits).count);
}
