import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { InputError } from '../../../../../src/domain/errors.js';
import {
  type Cursor,
  decodeCursor,
  encodeCursor,
  markOf,
} from '../../../../../src/datasources/paging/cursors/cursor.js';
import { neededRows } from '../../../../../src/datasources/paging/slicing.js';
import { maximumInt } from '../../../../../src/datasources/exotel/wire/values.js';
import { keyOf, plainList, type PlainRow, read, sids } from '../plain-lists.js';

const list = 'abcdefgh';
/** A row as its reader shows it. */
const asRead = (row: PlainRow): PlainRow | Error =>
  row.isUnreadable === true ? new Error('unreadable') : row;
const textOf = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString('base64url');

/** Any count that is read from the upstream. */
const rows = fc.oneof(fc.nat(maximumInt), fc.constant(maximumInt));
const neighbours = fc.record({
  tied: fc.option(rows),
  marks: fc.array(fc.option(fc.nat(0x3fffffff)), { maxLength: 11 }),
});
const anyCursor: fc.Arbitrary<Cursor> = fc.record({
  offset: rows,
  total: fc.option(rows),
  sid: fc.string(),
  unreadableSid: fc.string(),
  sortKey: fc.option(fc.string({ unit: 'grapheme' })),
  previous: neighbours,
  next: neighbours,
});

describe('a cursor', () => {
  it('is decoded as it was encoded', () => {
    fc.assert(
      fc.property(anyCursor, (cursor) => {
        expect(decodeCursor(encodeCursor(cursor, list), list, 'after')).toEqual(cursor);
      }),
    );
  });

  it('is short, for a row with its own sort key and for one among many equals', async () => {
    const own = await read(plainList(100), { first: 50 });
    const many = await read(
      plainList(700).map(({ sid }) => ({ sid: `${sid}-${'0'.repeat(30)}`, key: keyOf(0) })),
      { first: 500 },
    );
    const lengths = [own, many].map(({ connection }) => connection.edges.at(30)?.cursor.length);
    expect(lengths.map((length) => (length ?? 0) <= 320)).toEqual([true, true]);
  });

  it.each([1, 2, 3, 4])(
    'of an unreadable row that was added after the rows counted before is valid: row %i',
    async (at) => {
      const equal = (count: number, isUnreadable = false): PlainRow[] =>
        Array.from({ length: count }, (_, index) => ({
          sid: `${isUnreadable}${index}`,
          key: keyOf(0),
          isUnreadable,
        }));
      const before = equal(80);
      const start = (await read(before, { first: 50 })).connection.pageInfo.endCursor;
      const known = (await read(before, { first: 29, after: start })).connection.pageInfo.endCursor;
      const now = [...before, { sid: 'added', key: keyOf(0) }, ...equal(3, true)];
      const { connection } = await read(now, { first: 5, after: known });
      const after = connection.edges[at]?.cursor;
      expect(sids((await read(now, { first: 9, after })).connection.nodes)).toEqual(
        sids(now.slice(80 + at).map(asRead)),
      );
    },
  );

  it.each(['after', 'before'] as const)(
    'of a page of unreadable rows skips no row once others are gone or new: %s',
    async (side) => {
      const row = (index: number, isUnreadable: boolean): PlainRow => ({
        sid: `r${index}`,
        key: keyOf(0),
        isUnreadable,
      });
      const isUnreadable = (index: number): boolean => (side === 'after' ? index < 2 : index >= 4);
      const before = Array.from({ length: 6 }, (_, index) => row(index, isUnreadable(index)));
      const only = { slicing: neededRows() };
      const page = (await read(before, side === 'after' ? { first: 2 } : { last: 2 }, only)).connection
        .pageInfo;
      const cursor = side === 'after' ? page.endCursor : page.startCursor;
      const rest = async (now: readonly PlainRow[]) =>
        sids(
          (
            await read(
              now,
              side === 'after' ? { first: 9, after: cursor } : { last: 9, before: cursor },
              only,
            )
          ).connection.nodes,
        );
      const readable = ['r2', 'r3', 'r4', 'r5', 'r0', 'r1']
        .filter((sid) => !isUnreadable(Number(sid.slice(1))))
        .sort();
      expect(await rest(before)).toEqual(readable);
      expect(await rest(before.slice(1))).toEqual(
        expect.arrayContaining(readable.filter((sid) => sid !== 'r0')),
      );
      expect(await rest([row(9, false), ...before])).toEqual(expect.arrayContaining(readable));
    },
  );

  const good: readonly unknown[] = [2, list, 5, 9, 'sid', 'key', 0, 'AAAAA.....', null, ''];
  const withPart = (index: number, part: unknown): string => textOf(good.with(index, part));

  it.each<[what: string, text: string]>([
    ['nothing', ''],
    ['not Base64', '%%%'],
    ['not JSON', Buffer.from('[2,').toString('base64url')],
    ['not an array', textOf({ offset: 5 })],
    ['of a future version', withPart(0, 3)],
    ['with a missing part', textOf(good.slice(0, -1))],
    ['with an extra part', textOf([...good, 1])],
    ['with a negative offset', withPart(2, -1)],
    ['with half a row', withPart(2, 1.5)],
    ['with an offset as text', withPart(2, '5')],
    ['with an offset beyond all lists', withPart(2, 1e12)],
    ['with an invalid total', withPart(3, false)],
    ['with a number for a sid', withPart(4, 7)],
    ['with an object for a sort key', withPart(5, {})],
    ['with a negative count of equal rows', withPart(6, -2)],
    ['with an incomplete fingerprint', withPart(7, 'AAA')],
    ['with invalid characters in a fingerprint', withPart(7, 'AA AA')],
    ['with more fingerprints than distances', withPart(9, 'AAAAA'.repeat(12))],
    ['with spaces in its JSON', Buffer.from(JSON.stringify(good, null, 1)).toString('base64url')],
    ['with trailing text', `${textOf(good)}AAAA`],
    ['of an earlier version with an invalid fingerprint', textOf([1, list, 5, 'sid', 'key', ['ABC']])],
    ['with endless nesting', Buffer.from('['.repeat(6000)).toString('base64url')],
    ['longer than any valid cursor', textOf(good.with(4, 'x'.repeat(9000)))],
  ])('%s is refused by name', (_what, text) => {
    expect(decodeCursor(textOf(good), list, 'after')).toMatchObject({ offset: 5, sid: 'sid' });
    expect(() => decodeCursor(text, list, 'before')).toThrow(
      new InputError('before', 'is not a cursor of this API.'),
    );
  });

  it('of nested or long lists costs no more than a text of that length', () => {
    const cost = (content: string): number => {
      const text = Buffer.from(content).toString('base64url');
      const fromUs = process.cpuUsage().user;
      for (let time = 0; time < 300; time += 1)
        expect(() => decodeCursor(text, list, 'after')).toThrow(InputError);
      return process.cpuUsage().user - fromUs;
    };
    const length = 6000;
    const ofText = cost(JSON.stringify('x'.repeat(length)));
    expect(cost('['.repeat(length / 2) + ']'.repeat(length / 2))).toBeLessThan(10 * ofText);
    expect(cost(`[${'0,'.repeat(length / 2)}0]`)).toBeLessThan(10 * ofText);
    expect(cost(`[2,${`"${'x'.repeat(9)}",`.repeat(length / 12)}0]`)).toBeLessThan(10 * ofText);
  });

  it('of another list is refused with that reason', () => {
    expect(() => decodeCursor(textOf(good), 'another_', 'after')).toThrow(InputError);
    expect(() => decodeCursor(textOf(good), 'another_', 'after')).toThrow('of another list');
  });
});

describe('a cursor of version 1', () => {
  /** A cursor of version 1: the five rows before its row, nearest first, with all 32 bits of their hashes. */
  const version1 = (
    fingerprint: string,
    old: readonly { sid: string; key: string | null }[],
    at: number,
  ): string => {
    const hash = (sid: string): string => {
      let value = 0x811c9dc5;
      for (let index = 0; index < sid.length; index += 1)
        value = Math.imul(value ^ sid.charCodeAt(index), 0x01000193) >>> 0;
      return value.toString(36);
    };
    const before = old.slice(Math.max(0, at - 5), at).reverse();
    return textOf([1, fingerprint, at, old[at]?.sid, old[at]?.key, before.map(({ sid }) => hash(sid))]);
  };

  it.each([
    ['if the row exists', 40, []],
    ['if the row was removed', 40, [40]],
    ['if the row and three before it were removed', 40, [37, 38, 39, 40]],
  ])('still locates its row, %s', async (_what, at, gone) => {
    const old = plainList(90).map(({ sid }) => ({ sid, key: keyOf(0) }));
    const cursor = (await read(old, { first: 1 })).connection.pageInfo.endCursor ?? '';
    const [, fingerprint] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string];
    const moved = [
      ...plainList(20).map(({ sid }) => ({ sid: `new-${sid}`, key: keyOf(-1) })),
      ...old.filter((_, index) => !gone.includes(index)),
    ];
    const { connection } = await read(moved, { first: 10, after: version1(fingerprint, old, at) });
    expect(sids(connection.nodes)).toEqual(sids(old.slice(at + 1, at + 11)));
  });

  it('has the same 30-bit fingerprints', () => {
    const text = textOf([1, list, 1, 'b', null, [((0x811c9dc5 ^ 97) >>> 0).toString(36)]]);
    expect(decodeCursor(text, list, 'after').previous.marks[0]).toBe(((0x811c9dc5 ^ 97) >>> 0) & 0x3fffffff);
    expect(markOf('')).toBe(0x811c9dc5 & 0x3fffffff);
  });
});
