import { describe, expect, it } from '@jest/globals';
import { documentedCampaign } from '../../../fixtures/documented-answer.js';
import { type SeenRequest } from '../../../support/upstream/scripted-upstream.js';
import { create, diwali, keyed, rowOf } from '../../../support/writing/creating.js';
import { startScripted, type ScriptedUnderTest } from '../../../support/gateway/setup.js';

type Stored = Readonly<Record<string, unknown>>;

const hour = 3_600_000;
const at = (aheadMs: number): string => new Date(Date.now() + aheadMs).toISOString();

/** Other campaigns, latest start first; the last of them starts in so many hours. */
const others = (count: number, hours: number): Stored[] =>
  Array.from({ length: count }, (_, index) =>
    documentedCampaign({
      sid: `${hours}-${index}`,
      name: 'Another',
      schedule: { start_time: at(hours * hour + (count - index) * 60_000) },
    }),
  );

/** A page of a list, as a faulty upstream returns it: its rows and its total. */
type Paging = (
  rows: readonly Stored[],
  offset: number,
  limit: number,
) => readonly [readonly Stored[], unknown];

const page: Paging = (rows, offset, limit) => [rows.slice(offset, offset + limit), rows.length];
const withTotal =
  (total: (count: number, offset: number) => unknown): Paging =>
  (rows, offset, limit) => {
    const [shown] = page(rows, offset, limit);
    return [shown, total(shown.length, offset)];
  };

/** Order of all rows: the new campaign among later ones and past ones. */
type Order = (
  made: readonly Stored[],
  later: readonly Stored[],
  past: readonly Stored[],
) => readonly Stored[];
const latestFirst: Order = (made, later, past) => [...later, ...made, ...past];

/**
 * An upstream that finds nothing by name, and loses the answer to each POST. The first POST is processed only if that is said.
 * @param count of campaigns that start later than the new one, in so many hours.
 * @param aheadMs error of the times of the new campaign.
 */
async function startMisleading(
  paging: Paging,
  { count = 120, order = latestFirst, isDone = true, hours = 48, aheadMs = 0, environment = {} } = {},
): Promise<ScriptedUnderTest> {
  const [made, later, past] = [[] as Stored[], others(count, hours), others(90, -48)];
  return startScripted((request: SeenRequest, response) => {
    if (request.method === 'POST') {
      const start = { start_time: at(10 * 60_000 + aheadMs) };
      if (isDone)
        made.push(rowOf(request, { sid: `made ${made.length}`, schedule: start, date_created: at(aheadMs) }));
      response.destroy();
      return undefined;
    }
    const query = new URLSearchParams(request.target.split('?')[1]);
    const all = query.has('name') ? [] : order(made, later, past);
    const limit = Number(query.get('limit'));
    const [rows, total] = paging(all, Number(query.get('offset')), limit);
    const metadata = { count: rows.length, offset: Number(query.get('offset')), total, limit };
    const response_ = rows.map((data) => ({ code: 200, status: 'success', data }));
    return { json: { http_code: 200, metadata, response: response_ } };
  }, environment);
}

const posts = ({ methods }: ScriptedUnderTest): number =>
  methods().filter((method) => method === 'POST').length;

describe('a lost create, and a list that does not show what its metadata claims', () => {
  it.each<[what: string, paging: Paging, order?: Order]>([
    ['a total of 0', withTotal(() => 0)],
    ['a total of 1', withTotal(() => 1)],
    ['a total of one window', withTotal(() => 50)],
    ['no total', withTotal(() => undefined)],
    ['a total of half of each window', withTotal((shown, offset) => offset + Math.floor(shown / 2))],
    [
      'a total that is too large, and windows that end early',
      (rows, offset) => [rows.slice(offset, 60), 1000],
    ],
    ['the first window at every offset', (rows, _, limit) => page(rows, 0, limit)],
    [
      'windows at whole multiples of 50 only',
      (rows, offset, limit) => page(rows, offset - (offset % 50), limit),
    ],
    ['an offset as the number of a page', (rows, offset, limit) => page(rows, offset * limit, limit)],
    ['a window of 10 rows with a total of 5', (rows, offset) => [rows.slice(0, 10).slice(offset), 5]],
  ])('%s: OUTCOME_UNKNOWN, nothing is sent again', async (_what, paging) => {
    const upstream = await startMisleading(paging);
    for (let repeats = 0; repeats < 2; repeats += 1)
      expect((await create(upstream.gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
    expect(posts(upstream)).toBe(1);
  });

  it.each<[what: string, paging: Paging, order: Order]>([
    ['a total of each window', withTotal((shown, offset) => offset + shown), latestFirst],
    ['past campaigns first', page, (made, later, past) => [...past, ...later, ...made]],
    ['past campaigns first, then the new one', page, (made, later, past) => [...past, ...made, ...later]],
    ['earliest start first', page, (made, later, past) => latestFirst(made, later, past).toReversed()],
  ])('%s: found after the first windows, with one POST', async (_what, paging, order) => {
    const upstream = await startMisleading(paging, { order });
    expect(await create(upstream.gateway, diwali)).toMatchObject({ sid: 'made 0', codes: [] });
    expect(posts(upstream)).toBe(1);
  });
});

describe('a lost create after the first 20 rows, where a page has no more and its metadata does not say so', () => {
  const short = (metadata: (page: { end: number; count: number; total: number }) => unknown) => {
    let calls = 0;
    let made: Stored | undefined;
    const later = others(60, 48);
    return startScripted((request, response) => {
      if (request.method === 'POST') {
        const start = { start_time: at(10 * 60_000) };
        made ??= rowOf(request, { sid: 'made', name: diwali.name.toUpperCase(), schedule: start });
        response.destroy();
        return undefined;
      }
      calls += 1;
      const query = new URLSearchParams(request.target.split('?')[1]);
      const offset = Number(query.get('offset'));
      const all = query.has('name') ? [] : made ? [...later, made] : later;
      const rows = all.slice(offset, offset + (calls % 2 === 0 ? 20 : 10));
      const facts = metadata({ end: offset + rows.length, count: rows.length, total: all.length });
      const items = rows.map((data) => ({ code: 200, status: 'success', data }));
      return { json: { http_code: 200, ...(facts !== undefined && { metadata: facts }), response: items } };
    });
  };

  it.each<[what: string, metadata: Parameters<typeof short>[0]]>([
    ['there is none', () => undefined],
    ['its total is the end of the page', ({ end, count }) => ({ count, total: end })],
    [
      'its total is the end of the page, its limit what was asked for',
      ({ end }) => ({ total: end, limit: 50 }),
    ],
  ])('%s: one POST', async (_what, metadata) => {
    const upstream = await short(metadata);
    for (let repeats = 0; repeats < 3; repeats += 1)
      expect(['', 'OUTCOME_UNKNOWN']).toContain((await create(upstream.gateway, keyed)).codes.join());
    expect(posts(upstream)).toBe(1);
  });
});

describe('a lost create after campaigns that by their times have started', () => {
  it('because all times are 5.5 hours early: OUTCOME_UNKNOWN, nothing is sent again', async () => {
    const upstream = await startMisleading(page, { hours: -5, aheadMs: -5.5 * hour });
    expect((await create(upstream.gateway, diwali)).codes).toEqual(['OUTCOME_UNKNOWN']);
    expect(posts(upstream)).toBe(1);
  });
});

describe('a lost create after more campaigns than a search may read', () => {
  it('reads them once: a third of the calls of a minute', async () => {
    const environment = { EXOTEL_RATE_LIMIT: '30' };
    const upstream = await startMisleading(page, { count: 600, isDone: false, environment });
    expect((await create(upstream.gateway, diwali)).codes).toEqual(['OUTCOME_UNKNOWN']);
    const [byName, windows] = [['GET'], Array<string>(10).fill('GET')];
    expect(upstream.methods()).toEqual(['POST', ...byName, ...windows, ...byName, ...byName]);
  });
});

describe('a lost create that was not done, and an honest list', () => {
  it.each<[what: string, count: number, order: Order, windows: number]>([
    ['that is empty', 0, () => [], 1],
    ['of 49 campaigns: a window from the last one confirms its end', 49, (_, later) => later, 2],
    ['of exactly one window: the next one shows its end', 50, (_, later) => later, 2],
    ['with past campaigns: its last rows show its order', 40, latestFirst, 2],
    ['of past campaigns only', 0, latestFirst, 2],
  ])('%s: one more POST', async (_what, count, order, windows) => {
    const upstream = await startMisleading(page, { count, order, isDone: false });
    expect((await create(upstream.gateway, diwali)).codes).toEqual(['UPSTREAM_UNAVAILABLE']);
    const search = Array<string>(1 + windows).fill('GET'); // the first one is by name
    expect(upstream.methods()).toEqual(['POST', ...search, 'POST', ...search]);
  });
});
