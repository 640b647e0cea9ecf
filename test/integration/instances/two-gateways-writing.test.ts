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
const [second, hour] = [1000, 3_600_000];
let redis: RunningRedis;
let client: Redis;
let sandbox: Sandbox;
let two: TwoGateways;
let now: number;
let fault: Fault | undefined;
let sid: string;
let other: string;

describeWithRedis('two gateways of one account, writes', () => {
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
  const pause = (): string => `mutation { pauseCampaign(sid: "${sid}") { campaign { status } } }`;
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
    ['a list', () => list, `campaigns${entryFormat}`],
    ['its messages', messages, `messages${entryFormat}`],
  ])('read %s again after a write by the other', async (_what, query, kind) => {
    await read(two.a, query());
    await isShared(kind);
    await read(two.a, pause());
    expect(
      await callsOf(async () => {
        const answer = await read(two.b, query());
        if (query() === list) expect(statusIn(answer)).toBe('PAUSED');
      }),
    ).toBe(1);
  });

  it('serve the campaign that a write by the other returned', async () => {
    await read(two.a, one());
    await isShared(`campaign${entryFormat}`);
    await read(two.a, pause());
    await until(async () =>
      ((await client.get(sharedKey(`reading:campaign${entryFormat}:${sid}`))) ?? '').includes('"PAUSED"'),
    );
    expect(
      await callsOf(async () => {
        expect(statusIn(await read(two.b, one()))).toBe('PAUSED');
      }),
    ).toBe(0);
  });

  it('never serve an older entry right after a write by the other', async () => {
    for (const action of ['pause', 'resume', 'pause', 'resume', 'pause']) {
      await read(two.b, one(other)); // what is found is kept there: it must not be the campaign itself
      await read(two.a, `mutation { ${action}Campaign(sid: "${sid}") { campaign { status } } }`);
      const [listed, alone] = [await read(two.b, list), await read(two.a, one())];
      expect(statusIn(listed)).toBe(statusIn(alone));
      now += 6 * second; // what b keeps itself is another's to say
    }
  });

  it('do not cache a list whose read began before a write by the other and ended after it', async () => {
    fault = { kind: 'delay', delayMs: 400, when: 'after' };
    const early = read(two.a, list);
    await until(() => sandbox.calls.length === 1);
    fault = undefined;
    await read(two.b, pause());
    expect(statusIn(await read(two.b, list))).toBe('PAUSED');
    await early;
    expect(statusIn(await read(two.b, list))).toBe('PAUSED');
  });
});
