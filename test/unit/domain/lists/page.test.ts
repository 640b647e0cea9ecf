import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  campaignPageLimits,
  cutPage,
  messagePageLimits,
  type PageArguments,
  type PageSize,
  pageSizeOf,
  type RowRange,
} from '../../../../src/domain/lists/page.js';

const limits = { defaultSize: 20, maximum: 200 };

describe('the page size', () => {
  const sizes: [PageArguments, PageSize][] = [
    [{}, { from: 'start', count: 20 }],
    [
      { first: null, last: null },
      { from: 'start', count: 20 },
    ],
    [{ first: 0 }, { from: 'start', count: 0 }],
    [{ first: 200 }, { from: 'start', count: 200 }],
    [{ last: 0 }, { from: 'end', count: 0 }],
    [{ last: 200 }, { from: 'end', count: 200 }],
    [
      { first: 3, last: null },
      { from: 'start', count: 3 },
    ],
    [
      { first: null, last: 3 },
      { from: 'end', count: 3 },
    ],
    [{ before: 'cursor' }, { from: 'start', count: 20 }],
  ];
  it.each(sizes)('for %j is %j', (asked, size) => {
    expect(pageSizeOf(asked, limits)).toEqual(size);
  });

  const refused: [PageArguments, argument: string, message: string][] = [
    [{ first: -1 }, 'first', 'Argument "first" must not be negative; it was -1.'],
    [{ last: -1 }, 'last', 'Argument "last" must not be negative; it was -1.'],
    [{ first: 201 }, 'first', 'Argument "first" must be at most 200; it was 201.'],
    [{ last: 201 }, 'last', 'Argument "last" must be at most 200; it was 201.'],
    [{ first: 1, last: 1 }, 'last', 'Argument "last" cannot be used together with "first".'],
    [{ first: 0, last: 0 }, 'last', 'Argument "last" cannot be used together with "first".'],
  ];
  it.each(refused)('for %j is refused with the name of %s', (asked, argument, message) => {
    const size = () => pageSizeOf(asked, limits);
    expect(size).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message, details: { argument } }));
  });

  it('is at most 200 campaigns or 500 messages, and 20 by default', () => {
    expect(campaignPageLimits).toEqual({ defaultSize: 20, maximum: 200 });
    expect(messagePageLimits).toEqual({ defaultSize: 20, maximum: 500 });
  });
});

describe('the range of a page', () => {
  const pages: [rows: RowRange, size: PageSize, page: RowRange][] = [
    [
      { start: 0, end: 10 },
      { from: 'start', count: 3 },
      { start: 0, end: 3 },
    ],
    [
      { start: 4, end: 10 },
      { from: 'start', count: 3 },
      { start: 4, end: 7 },
    ],
    [
      { start: 8, end: 10 },
      { from: 'start', count: 3 },
      { start: 8, end: 10 },
    ],
    [
      { start: 0, end: 10 },
      { from: 'end', count: 3 },
      { start: 7, end: 10 },
    ],
    [
      { start: 8, end: 10 },
      { from: 'end', count: 3 },
      { start: 8, end: 10 },
    ],
    [
      { start: 0, end: 10 },
      { from: 'start', count: 0 },
      { start: 0, end: 0 },
    ],
    [
      { start: 0, end: 10 },
      { from: 'end', count: 0 },
      { start: 10, end: 10 },
    ],
    [
      { start: 0, end: 0 },
      { from: 'start', count: 3 },
      { start: 0, end: 0 },
    ],
    [
      { start: 7, end: 4 },
      { from: 'start', count: 3 },
      { start: 7, end: 7 },
    ],
    [
      { start: 7, end: 4 },
      { from: 'end', count: 3 },
      { start: 7, end: 7 },
    ],
  ];
  it.each(pages)('for %j with %j is %j', (rows, size, page) => {
    expect(cutPage(rows, size)).toEqual(page);
  });

  it('lies within the rows, starts at the requested end and is as long as possible', () => {
    const count = fc.nat({ max: 500 });
    const from = fc.constantFrom('start' as const, 'end' as const);
    fc.assert(
      fc.property(count, count, from, count, (start, length, side, size) => {
        const rows = { start, end: start + length };
        const page = cutPage(rows, { from: side, count: size });
        expect(page.start).toBeGreaterThanOrEqual(rows.start);
        expect(page.end).toBeLessThanOrEqual(rows.end);
        expect(page.end - page.start).toBe(Math.min(length, size));
        expect(page[side]).toBe(rows[side]);
      }),
    );
  });
});
