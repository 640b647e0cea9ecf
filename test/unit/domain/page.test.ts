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
} from '../../../src/domain/page.js';

const limits = { defaultSize: 20, maximum: 200 };

describe('the size of a page', () => {
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
  it.each(sizes)('%j is %j', (asked, size) => {
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
  it.each(refused)('%j is refused, naming %s', (asked, argument, message) => {
    const size = () => pageSizeOf(asked, limits);
    expect(size).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT', message, details: { argument } }));
  });

  it('is at most 200 campaigns and 500 messages, and 20 where nothing is said', () => {
    expect(campaignPageLimits).toEqual({ defaultSize: 20, maximum: 200 });
    expect(messagePageLimits).toEqual({ defaultSize: 20, maximum: 500 });
  });
});

describe('the page within the rows', () => {
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
  it.each(pages)('%j cut to %j is %j', (rows, size, page) => {
    expect(cutPage(rows, size)).toEqual(page);
  });

  it('lies within the rows, touches the end it was asked from and is as long as can be', () => {
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
