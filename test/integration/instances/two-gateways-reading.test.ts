import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type Redis } from 'ioredis';
import { entryFormat } from '../../../src/datasources/cache/entry-serializer.js';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask, type ReportedAnswer } from '../../support/clients/ask.js';
import { credentials, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../support/programs/redis.js';
import {
  clientOf,
  sharedKey,
  startTwoGateways,
  type TwoGateways,
  until,
} from '../../support/gateway/two-gateways.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const [second, minute, hour] = [1000, 60_000, 3_600_000];
const noCache = { 'cache-control': 'no-cache' };
let redis: RunningRedis;
let client: Redis;
let sandbox: Sandbox;
let two: TwoGateways;
let now: number;
let fault: Fault | undefined;
let sid: string;
let other: string;

describeWithRedis('two gateways of one account', () => {
  beforeAll(async () => {
    redis = await startRedis();
    client = clientOf(redis);
  });
  afterAll(async () => {
    client.disconnect();
    await redis.stop();
  });
  beforeEach(async () => {
    [now, fault] = [start, undefined];
    await client.flushall();
    sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty', faults: () => fault });
    const planned = { status: 'scheduled', audience: 3, endsAt: start + 9 * hour } as const;
    other = sandbox.state.insert({ ...planned, name: 'Other', startsAt: start + hour }).sid;
    sid = sandbox.state.insert({ ...planned, name: 'One', startsAt: start + 2 * hour }).sid; // first of the list
    two = await startTwoGateways(sandbox.baseUrl, redis, {}, () => now);
  });
  afterEach(async () => {
    await two.close();
    await sandbox.close();
  });

  const one = (of = sid): string => `{ campaign(sid: "${of}") { name status fetchedAt } }`;
  const list = '{ campaigns { nodes { sid name status } totalCount } }';
  const messages = (): string =>
    `{ campaign(sid: "${sid}") { messages { totalCount nodes { sid status } } } }`;
  const reported = { 'x-upstream-report': '1' };

  async function read(
    gateway: GatewayUnderTest,
    query: string,
    headers: Record<string, string> = {},
  ): Promise<ReportedAnswer<unknown>> {
    const answer = await ask<unknown>(gateway, query, { headers: { ...reported, ...headers } });
    expect(answer.errors).toBeUndefined();
    return answer;
  }
  /** How many calls both made meanwhile. */
  async function callsOf(work: () => Promise<unknown>): Promise<number> {
    const before = sandbox.calls.length;
    await work();
    return sandbox.calls.length - before;
  }
  /** What is told to Redis after an answer is there a moment later. */
  const isShared = (kind: string) =>
    until(async () => (await client.keys(sharedKey(`reading:${kind}*`))).length > 0);
  const statusIn = (answer: unknown): string =>
    /"status":"([A-Z_]+)"/.exec(JSON.stringify(answer))?.[1] ?? '';

  it.each([
    ['a campaign', () => one(), `campaign${entryFormat}`],
    ['a list', () => list, `campaigns${entryFormat}`],
    ['messages', messages, `messages${entryFormat}`],
  ])('serve %s that the other has read: the same response without a call', async (_what, query, kind) => {
    const first = await read(two.a, query());
    await isShared(kind);
    now += second;
    expect(
      await callsOf(async () => {
        const again = await read(two.b, query());
        expect(again.data).toEqual(first.data);
        expect(again.extensions?.upstream).toMatchObject({ calls: 0, fromCache: 1 });
      }),
    ).toBe(0);
  });

  it('serve single campaigns that the other has read in a list', async () => {
    await read(two.a, list);
    await isShared(`campaign${entryFormat}`);
    now += 20 * second; // the list is too old, the scheduled campaigns in it are not
    expect(await callsOf(() => read(two.b, one(other)))).toBe(0);
    const both = `{ a: campaign(sid: "${sid}") { name } b: campaign(sid: "${other}") { name } }`;
    expect(await callsOf(() => read(two.b, both))).toBe(0);
  });

  it('do not serve an expired entry of the other as fresh', async () => {
    await read(two.a, one());
    await isShared(`campaign${entryFormat}`);
    now += 31 * second;
    expect(await callsOf(() => read(two.b, one()))).toBe(1);
  });

  it.each([
    ['a campaign', () => one()],
    ['a list', () => list],
    ['messages', messages],
  ])('make one call for %s requested by 20 clients on both at once', async (_what, query) => {
    fault = { kind: 'delay', delayMs: 150 };
    const ask20 = () =>
      Promise.all(Array.from({ length: 20 }, (_, index) => read(index % 2 === 0 ? two.a : two.b, query())));
    expect(
      await callsOf(async () => {
        const answers = await ask20();
        expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
      }),
    ).toBe(1);
  });

  it('read an entry themselves if the read of the other fails', async () => {
    fault = { kind: 'status', status: 400 };
    const failing = ask(two.a, one());
    await until(() => sandbox.calls.length === 1);
    fault = undefined;
    await read(two.b, one());
    expect((await failing).errors).toHaveLength(1);
  });

  it.each([
    ['a campaign', () => one(), `campaign${entryFormat}`],
    ['a list', () => list, `campaigns${entryFormat}`],
    ['messages', messages, `messages${entryFormat}`],
  ])('read %s again for Cache-Control: no-cache', async (_what, query, kind) => {
    await read(two.a, query());
    await isShared(kind);
    expect(await callsOf(() => read(two.b, query(), noCache))).toBe(1);
  });

  it('do not answer a no-cache request with a read that the other began earlier', async () => {
    fault = { kind: 'delay', delayMs: 400, when: 'after' };
    const early = read(two.a, one());
    await until(() => sandbox.calls.length === 1);
    fault = undefined;
    sandbox.state.setStatus(sid, 'paused');
    expect(statusIn(await read(two.b, one(), noCache))).toBe('PAUSED');
    await early;
    expect(statusIn(await read(two.b, one()))).toBe('PAUSED');
  });

  it('serve stale entries of the other, up to an hour old, while the upstream is down', async () => {
    for (const query of [one(), list, messages()]) await read(two.a, query);
    for (const kind of [`campaign${entryFormat}`, `campaigns${entryFormat}`, `messages${entryFormat}`])
      await isShared(kind);
    await sandbox.close();
    now += hour;
    for (const query of [one(), list, messages()]) await read(two.b, query);
    now += 1;
    await two.b.close();
    two = { ...two, close: () => two.a.close() };
    for (const query of [one(), list])
      expect((await ask(two.a, query)).errors?.[0]?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('treat cached messages as final only if they were read after the end of the campaign', async () => {
    sandbox.state.setStatus(sid, 'completed');
    now += 2 * minute;
    await read(two.a, one());
    await read(two.a, messages());
    await isShared(`messages${entryFormat}`);
    now += 9 * minute;
    expect(
      await callsOf(() => read(two.b, `{ campaign(sid: "${sid}") { name messages { totalCount } } }`)),
    ).toBe(0);
  });
});
