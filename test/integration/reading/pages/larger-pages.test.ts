import { afterEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { ask } from '../../../support/clients/ask.js';
import { startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import {
  type Behaviour,
  honest,
  lengths,
  messagePage as page,
  messageSids as rows,
  upstreamOf,
} from '../../../support/upstream/page-sizes.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const closed: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closed.splice(0).reverse()) await close();
});

interface Clock {
  now: number;
}

async function gatewayOn(baseUrl: string, environment = {}, clock: Clock = { now: start }) {
  const gateway = await startGatewayOn(
    baseUrl,
    { MAX_UPSTREAM_CALLS: '100', ...environment },
    () => clock.now,
  );
  closed.push(() => gateway.close());
  return gateway;
}

it.each<[upstream: string, behaviour: Behaviour, calls: number]>([
  [
    'answers more than 50 with its defaults',
    (limit) => (limit > 50 ? { rows: 20, said: 20, from: 0 } : { rows: limit, said: limit }),
    7,
  ],
  [
    'ignores the offset of more than 50',
    (limit) => (limit > 50 ? { rows: limit, said: limit, from: 0 } : { rows: limit, said: limit }),
    7,
  ],
])('of an upstream that %s, no row is skipped or shown twice', async (_how, behaviour, calls) => {
  const { baseUrl, calls: made } = await upstreamOf(behaviour, lengths);
  const gateway = await gatewayOn(baseUrl, { CACHE: 'off' });
  const { data } = await ask<{ campaign: { messages: { pageInfo: { endCursor: string } } } }>(
    gateway,
    '{ campaign(sid: "a") { messages(first: 50) { nodes { sid } pageInfo { endCursor } } } }',
  );
  made.splice(0);
  const after = data?.campaign.messages.pageInfo.endCursor ?? '';
  expect(await page(gateway, 'a', `first: 300, after: "${after}"`)).toEqual(rows('a', 50, 350));
  expect(made.length).toBeLessThanOrEqual(calls + 1);
  expect(await page(gateway, 'b', 'last: 120')).toEqual(rows('b', 580, 700));
});

it('a page next to rows that were read some seconds before is one call, which reads those again too', async () => {
  const { baseUrl, calls } = await upstreamOf(honest(500), lengths);
  const clock = { now: start };
  const gateway = await gatewayOn(baseUrl, {}, clock);
  await page(gateway, 'a', 'first: 50');
  clock.now += 3000;
  expect(await page(gateway, 'a', 'first: 120')).toEqual(rows('a', 0, 120));
  clock.now += 1000; // near enough
  expect(await page(gateway, 'a', 'first: 200')).toEqual(rows('a', 0, 200));
  expect(calls).toEqual(['0+50', '0+150', '150+50']);
});

describe.each(['on', 'off'])('with CACHE=%s', (cache) => {
  it.each<[upstream: string, behaviour: Behaviour, calls: number]>([
    ['takes 500', honest(500), 1],
    ['takes 5000', honest(5000), 1],
    ['refuses more than 50', (limit) => (limit > 50 ? 400 : { rows: limit, said: limit }), 11],
    ['fails at more than 50', (limit) => (limit > 50 ? 500 : { rows: limit, said: limit }), 11],
    ['says 404 to more than 50', (limit) => (limit > 50 ? 404 : { rows: limit, said: limit }), 11],
    ['says 401 to more than 50', (limit) => (limit > 50 ? 401 : { rows: limit, said: limit }), 11],
    ['says 403 to more than 50', (limit) => (limit > 50 ? 403 : { rows: limit, said: limit }), 11],
    ['clamps to 50 silently', (limit) => ({ rows: Math.min(limit, 50), said: limit }), 10],
    ['clamps to 50 and says so', honest(50), 10],
    ['clamps to 100 silently', (limit) => ({ rows: Math.min(limit, 100), said: limit }), 5],
    ['clamps to 100 and says 500', (limit) => ({ rows: Math.min(limit, 100), said: 500 }), 5],
    ['clamps to 100 and says 20', (limit) => ({ rows: Math.min(limit, 100), said: 20 }), 5],
    ['clamps to 130', honest(130), 5],
    ['clamps to 75', honest(75), 8],
    ['gives no row for more than 50', (limit) => ({ rows: limit > 50 ? 0 : limit, said: limit }), 11],
  ])(
    'an upstream that %s has the right pages in the fewest calls, or one more',
    async (_how, behaviour, calls) => {
      const { baseUrl, calls: made } = await upstreamOf(behaviour, lengths);
      const gateway = await gatewayOn(baseUrl, { CACHE: cache });
      expect(await page(gateway, 'a', 'first: 500')).toEqual(rows('a', 0, 500));
      expect(made.length).toBeLessThanOrEqual(calls);
      made.splice(0);
      expect(await page(gateway, 'b', 'first: 500')).toEqual(rows('b', 0, 500));
      expect(made.length).toBeLessThanOrEqual(calls); // and nothing is lost again
      expect(await page(gateway, 'b', 'last: 120')).toEqual(rows('b', 580, 700));
      expect(await page(gateway, 'c', 'first: 500')).toEqual(rows('c', 0, 30));
    },
  );
});

it('ten clients at once share one call', async () => {
  const { baseUrl, calls } = await upstreamOf(honest(500), lengths);
  const gateway = await gatewayOn(baseUrl);
  const pages = await Promise.all(Array.from({ length: 10 }, () => page(gateway, 'a', 'first: 500')));
  for (const one of pages) expect(one).toEqual(rows('a', 0, 500));
  expect(calls).toEqual(['0+500']);
});

it('ten campaigns at once lose one call to an upstream that refuses', async () => {
  const refusing: Behaviour = (limit) => (limit > 50 ? 400 : { rows: limit, said: limit });
  const sids = Array.from({ length: 10 }, (_, index) => `s${index}`);
  const { baseUrl, calls } = await upstreamOf(refusing, Object.fromEntries(sids.map((sid) => [sid, 200])));
  const gateway = await gatewayOn(baseUrl);
  const pages = await Promise.all(sids.map((sid) => page(gateway, sid, 'first: 200')));
  expect(pages).toEqual(sids.map((sid) => rows(sid, 0, 200)));
  expect(calls.filter((call) => !call.endsWith('+50'))).toHaveLength(1);
  expect(calls).toHaveLength(41);
});

it('a trial that takes long delays no other read forever: it reads windows meanwhile', async () => {
  const { baseUrl, calls, state } = await upstreamOf(honest(500), lengths);
  state.behaviour = (limit) => (limit > 50 ? 'never' : { rows: limit, said: limit });
  const gateway = await gatewayOn(baseUrl, { EXOTEL_TIMEOUT_MS: '4000' });
  const slow = page(gateway, 'a', 'first: 150');
  expect(await page(gateway, 'b', 'first: 150')).toEqual(rows('b', 0, 150));
  expect(calls).toEqual(['0+150', '0+50', '50+50', '100+50']);
  expect(await slow).toEqual(rows('a', 0, 150)); // after EXOTEL_TIMEOUT_MS
});

it('a refused size is tried again after a day, not before', async () => {
  const clock = { now: start };
  const { baseUrl, calls, state } = await upstreamOf(
    (limit) => (limit > 50 ? 400 : { rows: limit, said: limit }),
    lengths,
  );
  const gateway = await gatewayOn(baseUrl, {}, clock);
  await page(gateway, 'a', 'first: 150');
  state.behaviour = honest(500);
  clock.now += 23 * 3_600_000;
  calls.splice(0);
  await page(gateway, 'a', 'first: 150');
  expect(calls).toEqual(['0+50', '50+50', '100+50']);
  clock.now += 2 * 3_600_000;
  calls.splice(0);
  await page(gateway, 'a', 'first: 150');
  expect(calls).toEqual(['0+150']);
});

it('a larger page that is over the limit of calls costs one call, and is tried again a minute later', async () => {
  const { baseUrl, calls, state } = await upstreamOf(honest(500), lengths);
  state.behaviour = (limit) => (limit > 50 ? 429 : { rows: limit, said: limit });
  const clock = { now: start };
  const gateway = await gatewayOn(baseUrl, {}, clock);
  const read = async (sid: 'a' | 'b' | 'd' | 'e', passMs: number): Promise<void> => {
    calls.splice(0);
    clock.now += passMs;
    const reading = page(gateway, sid, 'first: 150');
    while (calls.length === 0) await new Promise(setImmediate);
    const timer = setInterval(() => (clock.now += 1000), 50); // a 429 stops all calls for some time
    expect(
      await reading.finally(() => {
        clearInterval(timer);
      }),
    ).toEqual(rows(sid, 0, 150));
  };
  const inWindows = ['0+50', '50+50', '100+50'];
  await read('a', 0);
  expect(calls).toEqual(['0+150', ...inWindows]);
  await read('b', 0);
  expect(calls).toEqual(inWindows);
  await read('d', 60_000);
  expect(calls).toEqual(['0+150', ...inWindows]); // about the size, then
  await read('e', 3_600_000);
  expect(calls).toEqual(inWindows);
  state.behaviour = honest(500);
  await read('e', 24 * 3_600_000);
  expect(calls).toEqual(['0+150']);
});

it('an unknown campaign costs two calls once, and one for a day, and keeps no larger page from being tried', async () => {
  const { baseUrl, calls, state } = await upstreamOf(() => 404, lengths);
  const gateway = await gatewayOn(baseUrl);
  const unknown = (sid: string) =>
    ask(gateway, `{ campaign(sid: "${sid}") { messages(first: 200) { nodes { sid } } } }`);
  expect((await unknown('x')).data).toEqual({ campaign: null });
  expect(calls).toEqual(['0+200', '0+50']);
  await unknown('y');
  expect(calls).toEqual(['0+200', '0+50', '0+200']);
  calls.splice(0);
  state.behaviour = honest(500);
  expect(await page(gateway, 'a', 'first: 500')).toEqual(rows('a', 0, 500));
  expect(calls).toEqual(['0+500']);
});

it('a size that was accepted and is refused later costs one call', async () => {
  const clock = { now: start };
  const { baseUrl, calls, state } = await upstreamOf(honest(500), lengths);
  const gateway = await gatewayOn(baseUrl, {}, clock);
  await page(gateway, 'a', 'first: 500');
  state.behaviour = (limit) => (limit > 50 ? 400 : { rows: limit, said: limit });
  clock.now += 3_600_000 * 2;
  calls.splice(0);
  expect(await page(gateway, 'a', 'first: 500')).toEqual(rows('a', 0, 500));
  expect(calls).toHaveLength(11);
});

it.each<[what: string, answer: Behaviour]>([
  ['a single row', () => ({ rows: 1, said: 500 })],
  ['ten rows', () => ({ rows: 10, said: 500 })],
])('a larger page of %s costs one call, and makes no other page smaller', async (_what, answer) => {
  const { baseUrl, calls, state } = await upstreamOf(honest(500), lengths);
  const gateway = await gatewayOn(baseUrl);
  state.behaviour = (limit, call) => (call === 1 ? answer(limit, call) : honest(500)(limit, call));
  expect(await page(gateway, 'a', 'first: 150')).toEqual(rows('a', 0, 150));
  expect(calls).toEqual(['0+150', '0+50', '50+50', '100+50']);
  [state.behaviour] = [honest(500), calls.splice(0)];
  expect(await page(gateway, 'b', 'first: 20')).toEqual(rows('b', 0, 20));
  expect(calls).toEqual(['0+50']);
});

it.each([404, 401, 500])(
  'a size that was accepted, and is answered with %i later, is read in smaller pages',
  async (status) => {
    const clock = { now: start };
    const { baseUrl, calls, state } = await upstreamOf(honest(500), lengths);
    const gateway = await gatewayOn(baseUrl, { EXOTEL_RATE_LIMIT: '0' }, clock);
    await page(gateway, 'a', 'first: 500');
    state.behaviour = (limit) => (limit > 50 ? status : { rows: limit, said: limit });
    for (const [sid, most] of [
      ['b', 3],
      ['d', 1],
      ['e', 0],
    ] as const) {
      calls.splice(0);
      expect(await page(gateway, sid, 'first: 150')).toEqual(rows(sid, 0, 150));
      expect(calls.length).toBeLessThanOrEqual(3 + most);
    }
  },
);

it('pages of any size share their rows', async () => {
  const { baseUrl, calls } = await upstreamOf(honest(500), lengths);
  const gateway = await gatewayOn(baseUrl);
  await page(gateway, 'a', 'first: 50');
  expect(await page(gateway, 'a', 'first: 500')).toEqual(rows('a', 0, 500));
  expect(calls).toEqual(['0+50', '50+450']);
  calls.splice(0);
  expect(await page(gateway, 'a', 'first: 120')).toEqual(rows('a', 0, 120));
  expect(calls).toEqual([]);
  expect(await page(gateway, 'c', 'first: 500')).toEqual(rows('c', 0, 30));
  expect(await page(gateway, 'c', 'first: 500')).toEqual(rows('c', 0, 30));
  expect(calls).toEqual(['0+500']);
});

it('MAX_PAGE_ROWS bounds every call', async () => {
  const { baseUrl, calls } = await upstreamOf(honest(5000), lengths);
  expect(await page(await gatewayOn(baseUrl, { MAX_PAGE_ROWS: '50' }), 'a', 'first: 100')).toHaveLength(100);
  expect(calls).toEqual(['0+50', '50+50']);
  calls.splice(0);
  expect(await page(await gatewayOn(baseUrl, { MAX_PAGE_ROWS: '200' }), 'a', 'first: 500')).toHaveLength(500);
  expect(calls.sort()).toEqual(['0+200', '200+200', '400+100']);
});

it('a larger page without a total proves nothing: smaller ones are read', async () => {
  const { baseUrl, state } = await upstreamOf((limit) => ({ rows: Math.min(limit, 50), said: limit }), {
    a: 30,
  });
  state.hasTotal = false;
  expect(await page(await gatewayOn(baseUrl), 'a', 'first: 500')).toEqual(rows('a', 0, 30));
});

interface Walked {
  readonly campaign: {
    readonly messages: {
      readonly nodes: readonly { readonly sid: string }[];
      readonly pageInfo: { readonly endCursor: string };
    };
  };
}

it('a walk over cursors shows every row once, while the size of a page changes', async () => {
  const clock = { now: start };
  const { baseUrl, state } = await upstreamOf(honest(500), lengths);
  const gateway = await gatewayOn(baseUrl, {}, clock);
  const seen: string[] = [];
  let after: string | null = null;
  for (const most of [500, 50, 100, 500, 75, 1000, 60]) {
    state.behaviour =
      most === 100 ? (limit) => (limit > 100 ? 400 : { rows: limit, said: limit }) : honest(most);
    clock.now += 3_700_000;
    const query = `query ($after: String) { campaign(sid: "a") { messages(first: 170, after: $after) {
      nodes { sid } pageInfo { endCursor hasNextPage } } } }`;
    const answer: { data?: Walked | null; errors?: unknown } = await ask<Walked>(gateway, query, {
      variables: { after },
    });
    const { data, errors } = answer;
    expect(errors).toBeUndefined();
    const messages = data?.campaign.messages;
    seen.push(...(messages?.nodes.map((node) => node.sid) ?? []));
    after = messages?.pageInfo.endCursor ?? null;
  }
  expect(seen).toEqual(rows('a', 0, 1190));
});

it('an export asks for pages as large as the upstream gives', async () => {
  const { baseUrl, calls } = await upstreamOf(honest(500), lengths);
  const gateway = await gatewayOn(baseUrl);
  const answer = await request(`${gateway.url}/campaigns/a/messages`, {
    headers: { accept: 'application/x-ndjson' },
  });
  const lines = (await answer.body.text()).trim().split('\n');
  const sids = lines.slice(0, -1).map((line) => (JSON.parse(line) as { sid: string }).sid);
  expect(sids).toEqual(rows('a', 0, 1200));
  expect(calls.length).toBeLessThanOrEqual(4);
});
