import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataOf, type Item, SandboxUnderTest, type WireCampaign } from './sandbox-under-test.js';

let test: SandboxUnderTest;
let all: WireCampaign[];

async function everyPage(query = ''): Promise<WireCampaign[]> {
  const rows: WireCampaign[] = [];
  for (;;) {
    const received = await test.list(`&limit=50&offset=${rows.length}${query}`);
    rows.push(...dataOf(received));
    if (rows.length >= (received.body.metadata?.total ?? 0)) return rows;
  }
}

const starts = (rows: WireCampaign[]) => rows.map((row) => Date.parse(row.schedule.start_time));
const names = (rows: WireCampaign[]) => rows.map((row) => row.name.toLowerCase());
const isAscending = (values: readonly (string | number)[]) =>
  values.every((value, index) => index === 0 || (values[index - 1] ?? value) <= value);

beforeAll(async () => {
  test = await SandboxUnderTest.start({ seed: 'demo' });
  all = await everyPage();
});
afterAll(async () => {
  await test.stop();
});

describe('the demo account', () => {
  it('has all samples of the document and a hundred more campaigns, in every status', () => {
    expect(all.filter((row) => row.account_sid === 'Exotel')).toHaveLength(21);
    expect(all.length).toBeGreaterThan(121);
    const statuses = new Set(all.map((row) => row.status));
    expect([...statuses].sort()).toEqual(
      ['archived', 'completed', 'created', 'in-progress', 'paused', 'scheduled'].sort(),
    );
  });

  it('is the same for the same clock', async () => {
    const twin = await SandboxUnderTest.start({ seed: 'demo' });
    expect(dataOf(await twin.list('&limit=50'))).toEqual(all.slice(0, 50));
    await twin.stop();
  });
});

describe('campaign pages', () => {
  it('contain every campaign once', () => {
    expect(new Set(all.map((row) => row.sid)).size).toBe(all.length);
  });

  it.each([
    ['', 20, 20, 0],
    ['&limit=50', 50, 50, 0],
    ['&limit=51', 50, 50, 0],
    ['&limit=7&offset=9', 7, 7, 9],
    ['&limit=0', 0, 0, 0],
    ['&offset=100000', 0, 20, 100_000],
  ])('with %j have the right metadata', async (query, count, limit, offset) => {
    const { body } = await test.list(query);
    expect(body.metadata).toEqual({ count, offset, total: all.length, limit });
    expect(body.response).toHaveLength(count);
    expect(body.response.map((item) => item.data.sid)).toEqual(
      all.slice(offset, offset + count).map((row) => row.sid),
    );
  });

  it('have a configurable maximum size', async () => {
    const small = await SandboxUnderTest.start({ seed: 'demo', pageMaximum: 10, messagePageMaximum: 30 });
    expect((await small.list('&limit=50')).body.metadata).toMatchObject({ count: 10, limit: 10 });
    const sid = dataOf(await small.list('&name=festive offer to'))[0]?.sid ?? '';
    expect((await small.messages(sid, '&limit=50')).body.metadata).toMatchObject({ count: 30, limit: 30 });
    await small.stop();
  });
});

describe('the order of campaigns', () => {
  it('is newest start first by default', async () => {
    expect(isAscending(starts(all).reverse())).toBe(true);
    expect(await everyPage('&sort_by=schedule.start_time:desc')).toEqual(all);
  });

  it.each([
    ['schedule.start_time:asc', starts, false],
    ['name:asc', names, false],
    ['name:desc', names, true],
  ])('can be %s', async (sortBy, keys, reversed) => {
    const rows = await everyPage(`&sort_by=${sortBy}`);
    const values: (string | number)[] = keys(rows);
    expect(isAscending(reversed ? values.reverse() : values)).toBe(true);
    expect(new Set(rows.map((row) => row.sid)).size).toBe(all.length);
  });
});

describe('campaign filters', () => {
  it.each(['Created,Completed', 'IN-PROGRESS', 'in-progress, scheduled', 'archived'])(
    'select by status %s',
    async (status) => {
      const wanted = status.toLowerCase().split(/, ?/);
      const rows = await everyPage(`&status=${encodeURIComponent(status)}`);
      expect(rows).toEqual(all.filter((row) => wanted.includes(row.status)));
      expect(rows.length).toBeGreaterThan(0);
    },
  );

  it.each(['SALE', 'kkesh', 'दीपावली', 'nobody has this'])('select by part of the name: %s', async (name) => {
    const rows = await everyPage(`&name=${encodeURIComponent(name)}`);
    expect(rows).toEqual(all.filter((row) => row.name.toLowerCase().includes(name.toLowerCase())));
  });
});

describe('an invalid list query', () => {
  it.each([
    ['', 1001],
    ['?channel=', 1001],
    ['?channel=voice', 1002],
    ['?channel=sms&limit=-1', 1002],
    ['?channel=sms&limit=ten', 1002],
    ['?channel=sms&offset=-1', 1002],
    ['?channel=sms&offset=1.5', 1002],
    ['?channel=sms&name=ab', 1002],
    ['?channel=sms&status=sleeping', 1002],
    ['?channel=sms&sort_by=status:asc', 1002],
    ['?channel=sms&sort_by=name', 1002],
  ])('gets 400: %j', async (query, code) => {
    const received = await test.ask<Item<null>[]>('GET', query);
    expect([received.status, received.body.response[0]?.error_data?.code]).toEqual([400, code]);
  });

  it.each([
    ['', 1001],
    ['?channel=sms&limit=-1', 1002],
    ['?channel=sms&sort_by=number:asc', 1002],
  ])('of messages gets 400: %j', async (query, code) => {
    const received = await test.ask<Item<null>[]>('GET', `/${all[0]?.sid ?? ''}/message-details${query}`);
    expect([received.status, received.body.response[0]?.error_data?.code]).toEqual([400, code]);
  });
});
