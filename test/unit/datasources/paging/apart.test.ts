import { expect, it } from '@jest/globals';
import { ListReader, type WindowFetch } from '../../../../src/datasources/paging/list-reader.js';
import { type ListSource } from '../../../../src/datasources/paging/list-source.js';
import { readPage } from '../../../../src/datasources/paging/page.js';
import { PageMaximum } from '../../../../src/datasources/paging/page-maximum.js';
import { cursorAt, plainList, type PlainRow } from './plain-lists.js';

const source: ListSource<PlainRow> = { identity: 'plain', direction: 'ASC', sortKeyOf: ({ key }) => key };
const rows = plainList(130);

/** Reads a page whose windows were read a while ago, except one; returns the windows that were read again. */
async function rereadOf(
  page: { first: number; before?: string | null; after?: string | null },
  newest: number,
) {
  const asked: string[] = [];
  const open = (reading: number) => {
    const fetch: WindowFetch<PlainRow> = ({ offset, limit }) => {
      if (reading > 0) asked.push(`${offset}+${limit}`);
      const readAtMs = reading > 0 || offset === newest ? 10_000 : 7000;
      const value = { offset, limit, total: rows.length, rows: rows.slice(offset, offset + limit) };
      return Promise.resolve({ value, readAtMs, order: 0 });
    };
    return new ListReader(fetch, new PageMaximum());
  };
  const { nodes } = await readPage(open, source, page, { defaultSize: 20, maximum: 500 });
  return { asked, first: nodes[0], count: nodes.length };
}

it('windows read too long apart: only the older ones are read again', async () => {
  const before = await cursorAt(rows, 104);
  expect(await rereadOf({ first: 104, before }, 100)).toEqual({
    asked: ['0+50', '50+50'],
    first: rows[0],
    count: 104,
  });
  expect(await rereadOf({ first: 104, before }, 50)).toEqual({
    asked: ['100+50', '0+50'],
    first: rows[0],
    count: 104,
  });
  const after = await cursorAt(rows, 42);
  expect(await rereadOf({ first: 30, after }, 0)).toEqual({ asked: ['50+50'], first: rows[43], count: 30 });
  expect(await rereadOf({ first: 30, after }, 50)).toEqual({ asked: ['0+50'], first: rows[43], count: 30 });
});
