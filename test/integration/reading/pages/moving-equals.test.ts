import { beforeEach, describe, expect, it } from '@jest/globals';
import { maximumSearchCalls } from '../../../../src/datasources/paging/cursors/position.js';
import { CampaignPageDocument } from '../../../operations/generated.js';
import { ask } from '../../../support/clients/ask.js';
import {
  cacheSettings,
  everywhere,
  listNames,
  type ReadPage,
  setUpListedPages,
} from '../../../support/operations/listed-pages.js';
import { type WalkedPage, walkBackwards, walkForwards } from '../../../support/operations/page-walk.js';
import { type ListingRow } from '../../../support/upstream/listing-upstream.js';

// A second execution would read other windows where the first has learned a page maximum.
const listed = setUpListedPages({ compare: undefined });
beforeEach(() => {
  listed.forget(); // a smaller page maximum too
  listed.upstream.pageMaximum = 50;
  listed.upstream.forgetCalls();
});

let made = 0;
/** Rows with one time; a later hour comes first in the default order. */
function rowsAt(hour: number, count: number, name?: string): ListingRow[] {
  const at = `2026-05-02T${String(hour).padStart(2, '0')}:00:00+05:30`;
  return Array.from({ length: count }, () => {
    made += 1;
    return {
      sid: `${String((made * 7919) % 99_991)}-${String(made)}`,
      at,
      ...(name !== undefined && { name }),
    };
  });
}

const sidsOf = (rows: readonly ListingRow[]): string[] => rows.map(({ sid }) => sid);
const shown = ({ edges }: WalkedPage): string[] => edges.map(({ node }) => node?.sid ?? 'unreadable');
const without = (rows: readonly ListingRow[], start: number, count: number): ListingRow[] => [
  ...rows.slice(0, start),
  ...rows.slice(start + count),
];
const withRows = (rows: readonly ListingRow[], at: number, fresh: readonly ListingRow[]): ListingRow[] => [
  ...rows.slice(0, at),
  ...fresh,
  ...rows.slice(at),
];

/** Lists the rows, and answers the cursor of one of them as a page of 20 gives it; all that is at hand is then old. */
async function cursorAt(read: ReadPage, rows: readonly ListingRow[], index: number): Promise<string> {
  listed.upstream.rows = rows;
  let page = await read({ first: Math.min(20, index + 1) });
  for (let last = Math.min(19, index); last < index;) {
    const first = Math.min(20, index - last);
    page = await read({ first, after: page.pageInfo.endCursor ?? null });
    last += first;
  }
  listed.pass(6000);
  listed.upstream.forgetCalls();
  return page.pageInfo.endCursor ?? '';
}

describe.each(everywhere(listNames))('%s with equal times, with CACHE=%s', (list, cache) => {
  const read = (): ReadPage => listed.of(list, cache);

  it('continue after a row that 60 new rows have moved, for one more call', async () => {
    const rows = rowsAt(10, 80);
    const after = await cursorAt(read(), rows, 38);
    listed.upstream.rows = [...rowsAt(11, 60), ...rows];
    const page = await read()({ first: 20, after });
    expect(shown(page)).toEqual(sidsOf(rows.slice(39, 59)));
    // Where the row was, where it is by the change of the total, and the rest of the page.
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(3);
  });

  it('continue before a row that 30 new rows have moved', async () => {
    const rows = rowsAt(10, 110);
    const before = await cursorAt(read(), rows, 62);
    listed.upstream.rows = [...rowsAt(11, 30), ...rows];
    expect(shown(await read()({ last: 20, before }))).toEqual(sidsOf(rows.slice(42, 62)));
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['500 places on', 700, 500, 600, 500],
    ['500 places back', 650, 0, 0, 500],
    ['as far as a window less one, unseen by the total', 70, 49, 100, 49],
  ])(
    'are found again %s, although the total is unchanged',
    async (_how, index, insertedBefore, removedAt, moved) => {
      const rows = rowsAt(10, 1400);
      const after = await cursorAt(read(), rows, index);
      // As many come, or go, on one side of the row as go, or come, on the other.
      listed.upstream.rows =
        insertedBefore > 0
          ? withRows(without(rows, index + 30, removedAt > 0 ? moved : 0), index - 30, rowsAt(10, moved))
          : withRows(rows, index + 30, rowsAt(10, moved)).slice(moved);
      expect(listed.upstream.rows).toHaveLength(rows.length);
      const page = await read()({ first: 20, after });
      expect(shown(page)).toEqual(sidsOf(rows.slice(index + 1, index + 21)));
      expect(listed.upstream.calls.length).toBeLessThanOrEqual(2 + maximumSearchCalls);
    },
  );

  it('cost no further call if nothing has moved or the row is deleted', async () => {
    const rows = rowsAt(10, 300);
    const after = await cursorAt(read(), rows, 119);
    await read()({ first: 20, after });
    expect(listed.upstream.calls).toHaveLength(1);
    listed.pass(6000);
    listed.upstream.rows = without(rows, 119, 1);
    listed.upstream.forgetCalls();
    expect(shown(await read()({ first: 20, after }))).toEqual(sidsOf(rows.slice(120, 140)));
    expect(listed.upstream.calls).toHaveLength(1);
  });

  it('are all shown before a row deleted together with the five before it', async () => {
    const rows = rowsAt(10, 12);
    listed.upstream.rows = rows;
    const seen = await walkBackwards(3, async (step) => {
      const page = await read()(step);
      if (step.before == null) listed.upstream.rows = without(rows, 4, 6);
      listed.pass(6000);
      return page;
    });
    expect(seen).toEqual(sidsOf([...rows.slice(0, 4), ...rows.slice(9)]));
  });

  it('are all shown after a row deleted together with the five after it', async () => {
    const rows = rowsAt(10, 12);
    listed.upstream.rows = rows;
    const seen = await walkForwards(3, async (step) => {
      const page = await read()(step);
      if (step.after == null) listed.upstream.rows = without(rows, 2, 6);
      listed.pass(6000);
      return page;
    });
    expect(seen).toEqual(sidsOf([...rows.slice(0, 3), ...rows.slice(8)]));
  });

  it.each(['forwards', 'backwards'])(
    'are shown again rather than skipped if a whole page was deleted, %s',
    async (way) => {
      const rows = rowsAt(10, 200);
      listed.upstream.rows = rows;
      const stayed = without(rows, 60, 80);
      let pages = 0;
      const walk = way === 'forwards' ? walkForwards : walkBackwards;
      const seen = await walk(20, async (step) => {
        const page = await read()(step);
        pages += 1;
        if (pages === 5) listed.upstream.rows = stayed; // the page just read, and the ones around it
        listed.pass(6000);
        return page;
      });
      const missed = sidsOf(stayed).filter((sid) => !seen.includes(sid));
      expect(missed).toEqual([]);
      // The neighbours of the cursor reach far enough: nothing but what is left of a page or two comes twice.
      expect(seen.length).toBeLessThanOrEqual(stayed.length + 80 + 20);
    },
  );

  it('are neither skipped nor repeated if the page maximum shrinks during the walk', async () => {
    const rows = rowsAt(10, 200);
    listed.upstream.rows = rows;
    let pages = 0;
    const seen = await walkForwards(30, async (step) => {
      const page = await read()(step);
      pages += 1;
      if (pages === 2) listed.upstream.pageMaximum = 20;
      if (pages === 3) listed.upstream.rows = [...rowsAt(11, 60), ...rows];
      listed.pass(6000);
      return page;
    });
    expect(seen).toEqual(sidsOf(rows));
  });
});

describe.each(cacheSettings)('campaigns with equal names, with CACHE=%s', (cache) => {
  it('are found again after as many were added before them', async () => {
    const orderBy = { field: 'NAME', direction: 'ASC' } as const;
    const read: ReadPage = async (step) => {
      const data = await listed.gateway(cache).data(CampaignPageDocument, { ...step, orderBy });
      return data.campaigns;
    };
    // A name is one with itself in capitals, for this listed.upstream.
    const rows = [...rowsAt(10, 60, 'Sale'), ...rowsAt(10, 60, 'SALE'), ...rowsAt(10, 60, 'sale')];
    const after = await cursorAt(read, rows, 78);
    listed.upstream.rows = [...rowsAt(9, 70, 'offer'), ...rowsAt(12, 20, 'Sale'), ...rows.slice(0, 110)];
    expect(shown(await read({ first: 20, after }))).toEqual(sidsOf(rows.slice(79, 99)));
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(5);
  });
});

describe('campaigns with names of 10,000 characters', () => {
  it('have valid cursors, and are shown once each', async () => {
    const orderBy = { field: 'NAME', direction: 'ASC' } as const;
    const rows = Array.from({ length: 130 }, (_, index) =>
      rowsAt(10, 1, `${'\u{1F4E2}\u0001'.repeat(index % 2 ? 3000 : 66)}${String(index).padStart(5, '0')}`),
    ).flat();
    listed.upstream.rows = rows;
    let longest = 0;
    const seen = await walkForwards(20, async (step) => {
      const data = await listed.gateway('off').data(CampaignPageDocument, { ...step, orderBy });
      if (step.after == null) listed.upstream.rows = [...rowsAt(11, 30, 'Another'), ...rows];
      longest = Math.max(longest, ...data.campaigns.edges.map(({ cursor }) => cursor.length));
      return data.campaigns;
    });
    expect(seen).toEqual(sidsOf(rows));
    expect(longest).toBeLessThan(5000); // what an answer's size is estimated with
  });
});

describe('made-up cursors', () => {
  const forged = (fingerprint: string, sid: string, offset = 700): string =>
    Buffer.from(
      JSON.stringify([2, fingerprint, offset, 1400, sid, '2026-05-02T04:30:00.000Z', null, '', null, '']),
    ).toString('base64url');

  it.each([
    ['of another list', () => forged('abcdefgh', 'sid')],
    ['of no row', () => forged('abcdefgh', 'sid', -1)],
    ['longer than any', () => forged('abcdefgh', 's'.repeat(9000))],
  ])('%s are refused without an upstream call', async (_what, cursor) => {
    const answer = await listed.gateway('on').execute(CampaignPageDocument, { first: 1, after: cursor() });
    expect(answer.errors?.[0]).toMatchObject({
      message: expect.stringContaining('after'),
      extensions: { code: 'BAD_USER_INPUT' },
    });
    expect(listed.upstream.calls).toHaveLength(0);
  });

  it.each(cacheSettings)('of one operation share one search limit, with CACHE=%s', async (cache) => {
    const rows = rowsAt(10, 3000);
    const cursor = await cursorAt(listed.of('campaigns', cache), rows, 5);
    const [, fingerprint] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [number, string];
    const pages = Array.from({ length: 10 }, (_, index) => {
      const after = forged(fingerprint, `nowhere-${String(index)}`, index * 300);
      return `p${String(index)}: campaigns(first: 1, after: "${after}") { nodes { sid } }`;
    });
    const { errors } = await ask(listed.gateway(cache), `{ ${pages.join(' ')} }`);
    expect(errors).toBeUndefined();
    expect(listed.upstream.calls.length).toBeLessThanOrEqual(10 * 2 + maximumSearchCalls);
  });
});
