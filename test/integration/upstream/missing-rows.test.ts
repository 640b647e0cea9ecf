import { describe, expect, it } from '@jest/globals';
import { documentedCampaign, documentedSid } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import { closesAfterwards } from '../../support/closing.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { getExport, linesOf } from '../../support/writing/exporting.js';
import { codesOf } from '../../support/upstream/odd-upstream.js';

interface Metadata {
  readonly count: number;
  readonly offset: number;
  readonly limit: number;
  readonly total: number;
}

/** Makes another answer of a right one. */
type Spoil = (metadata: Metadata) => object;

const documented = documentedCampaign();
const campaignAt = (index: number) => ({ ...documented, sid: `c${index}` });
const messageAt = (index: number) => ({
  sid: `m${index}`,
  number: '+919876543210',
  status: 'sent',
  body: 'Hi',
});

const wholeItem = (data: unknown) => ({ code: 200, status: 'success', data });

/** An upstream whose lists have so many rows, and the gateway in front of it, whose pauses take no time. */
async function startWith(rows: number, cache: string) {
  const state = {
    /** Answers that are spoilt from now on. */
    spoilt: 0,
    spoil: ((metadata) => ({ metadata, response: [] })) as Spoil,
    /** Rows of the lists, and those that `metadata.total` counts. */
    rows,
    counted: rows,
  };
  const calls: string[] = [];
  const upstream = await startScriptedUpstream(({ target }) => {
    const { pathname, searchParams } = new URL(target, 'http://upstream');
    const [offset, limit] = [Number(searchParams.get('offset')), Number(searchParams.get('limit'))];
    const isList = searchParams.has('limit');
    calls.push(isList ? `${offset}+${limit}` : 'get');
    const rowAt = pathname.endsWith('message-details') ? messageAt : campaignAt;
    const count = Math.max(0, Math.min(limit, 50, state.rows - offset));
    const response = Array.from({ length: count }, (_, index) => wholeItem(rowAt(offset + index)));
    const metadata = { count, offset, limit: Math.min(limit, 50), total: state.counted };
    const right = isList ? { metadata, response } : { response: wholeItem(documented) };
    state.spoilt -= 1;
    return { json: { http_code: 200, ...right, ...(state.spoilt >= 0 && state.spoil(metadata)) } };
  });
  closesAfterwards(upstream);
  let now = 0;
  const sleep = (ms: number): Promise<void> => {
    now += ms;
    return Promise.resolve();
  };
  const environment = { CACHE: cache, EXOTEL_RATE_LIMIT: '0', LOG_LEVEL: 'silent' };
  const parts = { random: () => 0, steadyNow: () => now };
  const gateway = await startGatewayOn(upstream.baseUrl, environment, Date.now, sleep, parts);
  closesAfterwards(gateway);
  return { state, calls, gateway };
}

interface Page {
  readonly totalCount: number;
  readonly nodes: readonly ({ readonly sid: string } | null)[];
}

const lists: Readonly<Record<'campaigns' | 'messages', (first: number) => string>> = {
  campaigns: (first) => `{ page: campaigns(first: ${first}) { totalCount nodes { sid } } }`,
  messages: (first) =>
    `{ campaign(sid: "x") { page: messages(first: ${first}) { totalCount nodes { sid } } } }`,
};

/** The total, the number of readable rows, and the codes of the errors. */
async function pageOf(gateway: GatewayUnderTest, query: string) {
  const { data, errors } = await ask<{ page?: Page | null; campaign?: { page: Page | null } | null }>(
    gateway,
    query,
  );
  const page = data?.page ?? data?.campaign?.page;
  return { total: page?.totalCount, rows: page?.nodes.filter(Boolean).length, codes: codesOf(errors) };
}

const spoils: readonly [what: string, spoil: Spoil][] = [
  ['a total without rows', (metadata) => ({ metadata, response: [] })],
  ['no rows, and a count of none', (metadata) => ({ metadata: { ...metadata, count: 0 }, response: [] })],
  ['null instead of rows', (metadata) => ({ metadata, response: null })],
  ['null and no metadata', () => ({ metadata: undefined, response: null })],
];

describe.each(['on', 'off'])('a list answer with none of the rows that it counts (CACHE=%s)', (cache) => {
  describe.each(['campaigns', 'messages'] as const)('of %s', (list) => {
    it.each(spoils)('is asked for again: %s', async (_what, spoil) => {
      const { state, calls, gateway } = await startWith(30, cache);
      Object.assign(state, { spoil, spoilt: 1 });
      expect(await pageOf(gateway, lists[list](20))).toEqual({ total: 30, rows: 20, codes: [] });
      expect(calls).toHaveLength(2);
    });

    it.each(spoils)('in three attempts is UPSTREAM_INVALID_RESPONSE: %s', async (_what, spoil) => {
      const { state, calls, gateway } = await startWith(30, cache);
      Object.assign(state, { spoil, spoilt: 3 });
      const { rows, codes } = await pageOf(gateway, lists[list](20));
      expect([rows, codes]).toEqual([undefined, ['UPSTREAM_INVALID_RESPONSE']]);
      expect(calls).toHaveLength(3);
    });

    it('is right where it counts none: one call', async () => {
      const { calls, gateway } = await startWith(0, cache);
      expect(await pageOf(gateway, lists[list](20))).toEqual({ total: 0, rows: 0, codes: [] });
      expect(calls).toHaveLength(1);
    });
  });
});

it('rows that a list counts and never has are unreadable, and the others are shown', async () => {
  const { state, calls, gateway } = await startWith(50, 'on');
  state.counted = 52;
  expect(await pageOf(gateway, lists.campaigns(60))).toEqual({
    total: 52,
    rows: 50,
    codes: ['UPSTREAM_INVALID_RESPONSE', 'UPSTREAM_INVALID_RESPONSE'],
  });
  expect(calls).toEqual(['0+50', '50+50', '49+50']); // one further call shows that they are not there
});

it('a window of a list that has shrunk to nothing is right: the list is read again, as any that has moved', async () => {
  const { state, calls, gateway } = await startWith(80, 'on');
  await pageOf(gateway, lists.campaigns(20));
  Object.assign(state, { rows: 0, counted: 0 });
  expect(await pageOf(gateway, lists.campaigns(80))).toEqual({ total: 0, rows: 0, codes: [] });
  expect(calls).toEqual(['0+50', '50+50', '0+50', '50+50']);
});

it('a larger page that is tried and has no rows is refused, in one call', async () => {
  const { state, calls, gateway } = await startWith(120, 'on');
  state.spoilt = 1;
  expect(await pageOf(gateway, lists.messages(120))).toEqual({ total: 120, rows: 120, codes: [] });
  expect(calls).toEqual(['0+150', '0+50', '50+50', '100+50']);
});

it('an export continues after one, wherever it comes', async () => {
  const { state, calls, gateway } = await startWith(120, 'on');
  const url = `${gateway.url}/campaigns/x/messages`;
  await getExport(url); // it learns how large pages are
  calls.splice(0);
  const { rows } = linesOf((await getExport(url)).text);
  const usual = calls.length;
  for (let spoilt = 1; spoilt <= usual; spoilt += 1) {
    calls.splice(0);
    let call = 0;
    state.spoil = (metadata) => {
      call += 1;
      return call === spoilt ? { metadata, response: [] } : {};
    };
    state.spoilt = Infinity;
    const again = linesOf((await getExport(url)).text);
    expect(again).toMatchObject({ rows: rows.map(({ sid }) => ({ sid })), end: { complete: true } });
    expect(calls.length).toBeLessThanOrEqual(usual + 2);
  }
});

it('a campaign is asked for again where the response has none', async () => {
  const { state, calls, gateway } = await startWith(0, 'on');
  for (const response of [null, []]) {
    Object.assign(state, { spoil: () => ({ response }), spoilt: 1 });
    calls.splice(0);
    const query = `{ campaign(sid: "${documentedSid}") { sid } }`;
    const headers = { 'cache-control': 'no-cache' };
    const { data, errors } = await ask<{ campaign: unknown }>(gateway, query, { headers });
    expect([data?.campaign, errors]).toEqual([{ sid: documentedSid }, undefined]);
    expect(calls).toEqual(['get', 'get']);
  }
});
