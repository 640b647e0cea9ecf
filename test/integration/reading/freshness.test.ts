import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const [second, minute, hour] = [1000, 60_000, 3_600_000];
let now: number;
let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(async () => {
  [now, fault] = [start, undefined];
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty', faults: () => fault });
  const times = { startsAt: start - 2 * hour, endsAt: start + 1000 * hour, createdAt: start - 3 * hour };
  ({ sid } = sandbox.state.insert({ name: 'The one', audience: 30, ...times }));
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

interface Data {
  readonly campaign: { readonly status: string; readonly fetchedAt: string } | null;
}

const one = (): string => `{ campaign(sid: "${sid}") { status fetchedAt } }`;
const messages = (): string => `{ campaign(sid: "${sid}") { messages { nodes { status } } } }`;
const list = '{ campaigns { nodes { sid status fetchedAt } } }';

async function read(query = one(), headers: Record<string, string> = {}): Promise<Data['campaign']> {
  const { data, errors } = await ask<Data>(gateway, query, { headers });
  expect(errors).toBeUndefined();
  return data?.campaign ?? null;
}

/** How many calls a query costs now. */
async function callsOf(query: string, headers: Record<string, string> = {}): Promise<number> {
  sandbox.calls.splice(0);
  await ask(gateway, query, { headers });
  return sandbox.calls.length;
}

async function expectFreshFor(query: string, ms: number): Promise<void> {
  now += ms;
  expect(await callsOf(query)).toBe(0);
  now += 1;
  expect(await callsOf(query)).toBe(1);
}

describe('a cache entry is served without a call while it is fresh, and read again after', () => {
  it.each([
    ['archived', 24 * hour],
    ['completed', 10 * minute],
    ['scheduled', 30 * second],
    ['created', 30 * second],
    ['paused', 15 * second],
    ['in-progress', 5 * second],
  ] as const)('a campaign that is %s: %i ms', async (status, ms) => {
    const later = { startsAt: start + 500 * hour, endsAt: start + 600 * hour };
    const audience = status === 'in-progress' ? 100_000 : 30; // that goes on for long
    sid = sandbox.state.insert({ status, audience, ...(status === 'in-progress' ? {} : later) }).sid;
    expect((await read())?.status).toBe(status.toUpperCase().replace('-', '_'));
    await expectFreshFor(one(), ms);
  });

  it('a list: 5 s', async () => {
    await read(list);
    await expectFreshFor(list, 5 * second);
  });

  it('messages: 5 s', async () => {
    sandbox.state.setStatus(sid, 'in-progress');
    await read(messages());
    await expectFreshFor(messages(), 5 * second);
  });

  it('messages of a completed campaign: 10 min', async () => {
    sandbox.state.setStatus(sid, 'completed');
    now += 2 * minute; // the end is a while ago
    await read(one());
    await read(messages());
    await expectFreshFor(messages(), 10 * minute);
  });

  it('messages read before the campaign was completed: 5 s', async () => {
    sandbox.state.setStatus(sid, 'in-progress');
    await read(messages());
    now += 3 * second;
    sandbox.state.setStatus(sid, 'completed');
    expect((await read(one()))?.status).toBe('COMPLETED');
    now += 3 * second;
    expect(await callsOf(messages())).toBe(1);
  });

  it('an unknown sid: 3 s', async () => {
    const unknown = '{ campaign(sid: "0123456789abcdef") { status } }';
    expect(await read(unknown)).toBeNull();
    await expectFreshFor(unknown, 3 * second);
  });
});

describe('fetchedAt is the time of the upstream read', () => {
  it('of a get, of a list, and of a cache entry', async () => {
    expect((await read())?.fetchedAt).toBe(new Date(start).toISOString());
    now += 4 * second;
    expect((await read())?.fetchedAt).toBe(new Date(sandbox.calls.at(-1)?.at ?? 0).toISOString());
    now += hour / 2;
    await read(list);
    now += second;
    expect((await read())?.fetchedAt).toBe(new Date(sandbox.calls.at(-1)?.at ?? 0).toISOString());
    expect(sandbox.calls).toHaveLength(2);
  });
});

describe('not cached:', () => {
  it('reads with Cache-Control: no-cache are always new', async () => {
    for (const query of [one(), messages(), list]) {
      await read(query);
      expect(await callsOf(query)).toBe(0);
      expect(await callsOf(query, { 'cache-control': 'no-cache' })).toBe(1);
    }
  });

  it('errors', async () => {
    fault = { kind: 'status', status: 400 };
    expect((await ask(gateway, one())).errors).toHaveLength(1);
    fault = undefined;
    expect(await read()).not.toBeNull();
  });

  it('anything between requests with CACHE=off', async () => {
    await gateway.close();
    gateway = await startGatewayOn(sandbox.baseUrl, { CACHE: 'off' }, () => now);
    for (const query of [one(), messages(), list, one()]) expect(await callsOf(query)).toBe(1);
    expect(await callsOf(`{ a: campaign(sid: "${sid}") { name } b: campaign(sid: "${sid}") { name } }`)).toBe(
      1,
    );
  });
});

describe('a write is visible to the next query', () => {
  const pause = (): string =>
    `mutation { pauseCampaign(sid: "${sid}") { campaign { status } userErrors { code } } }`;
  beforeEach(() => {
    const later = { startsAt: start + hour, endsAt: start + 2 * hour };
    ({ sid } = sandbox.state.insert({ name: 'Another', status: 'scheduled', ...later })); // first of the list
  });
  const statusIn = (answer: unknown): string =>
    /"status":"([A-Z_]+)"/.exec(JSON.stringify(answer))?.[1] ?? '';

  it.each([
    ['a campaign', () => one()],
    ['a list', () => list],
  ])('of %s in the cache', async (_what, query) => {
    await read(query());
    expect(statusIn(await ask(gateway, pause()))).toBe('PAUSED');
    expect(statusIn(await ask(gateway, query()))).toBe('PAUSED');
  });

  it.each([
    ['a campaign', () => one()],
    ['a list', () => list],
  ])('of %s whose read was in flight during the write', async (_what, query) => {
    fault = { kind: 'delay', delayMs: 300, when: 'after' };
    sandbox.calls.splice(0);
    const early = ask(gateway, query());
    while (sandbox.calls.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    fault = undefined;
    await ask(gateway, pause());
    expect(statusIn(await ask(gateway, query()))).toBe('PAUSED');
    await early;
    expect(statusIn(await ask(gateway, query()))).toBe('PAUSED');
  });
});

describe('a stale entry is served', () => {
  it('while the upstream is down, for an hour at most', async () => {
    for (const query of [one(), messages(), list]) await read(query);
    await sandbox.close();
    now += hour;
    expect((await read())?.fetchedAt).toBe(new Date(start).toISOString());
    for (const query of [messages(), list]) expect(await read(query)).not.toBe(undefined);
    now += 1;
    for (const query of [one(), messages(), list])
      expect((await ask(gateway, query)).errors?.[0]?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('during a slow refresh, and the next request gets the new entry', async () => {
    await read();
    now += 11 * minute;
    fault = { kind: 'delay', delayMs: 900 };
    expect((await read())?.fetchedAt).toBe(new Date(start).toISOString());
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await read())?.fetchedAt).toBe(new Date(now).toISOString());
    expect(sandbox.calls).toHaveLength(2);
  });

  it('not for a part of a page whose list has moved', async () => {
    const startsAt = start + 500 * hour;
    for (let index = 0; index < 99; index += 1) sandbox.state.insert({ startsAt: startsAt + index * minute });
    await read('{ campaigns(first: 50) { nodes { sid } } }');
    sandbox.state.insert({ startsAt: startsAt + hour * 10 });
    now += 3 * second;
    fault = { kind: 'delay', delayMs: 800 };
    const { data } = await ask<{ campaigns: { nodes: { sid: string }[] } }>(
      gateway,
      '{ campaigns(first: 100) { nodes { sid } } }',
    );
    expect(new Set(data?.campaigns.nodes.map((row) => row.sid)).size).toBe(100);
  });

  it('not for a deleted campaign or its messages', async () => {
    for (const query of [one(), messages()]) await read(query);
    sandbox.state.remove(sid);
    now += 11 * minute;
    expect(await read(messages())).toBeNull();
    expect(await read(one())).toBeNull();
  });
});
