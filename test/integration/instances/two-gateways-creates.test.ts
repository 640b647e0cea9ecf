import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  answerOf,
  create,
  createdSid,
  diwali,
  posts,
  rowOf,
  sidsOf,
} from '../../support/writing/creating.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { redisOfSuite, until } from '../../support/gateway/two-gateways.js';

let sandbox: Sandbox;
let [a, b]: GatewayUnderTest[] = [];
/** Of the POSTs, in turn. */
let faults: (Fault | undefined)[];

describeWithRedis('creates of one content through two gateways, on an upstream that collapses spaces', () => {
  const redis = redisOfSuite();
  beforeEach(async () => {
    faults = [];
    sandbox = await startSandbox({
      ...credentials,
      seed: 'empty',
      faults: ({ method }) => (method === 'POST' ? faults.shift() : undefined),
      rewriting: { parameters: (sent) => ({ ...sent, name: sent.name.replaceAll(/\s+/g, ' ') }) },
    });
    const start = (): Promise<GatewayUnderTest> =>
      startGatewayOn(sandbox.baseUrl, { REDIS_URL: redis.url, EXOTEL_TIMEOUT_MS: '1000' }, Date.now, (ms) =>
        sleepFor(ms / 10),
      );
    [a, b] = await Promise.all([start(), start()]);
  });
  afterEach(async () => {
    await Promise.all([a?.close(), b?.close()]);
    await sandbox.close();
  });

  const gateways = (): [GatewayUnderTest, GatewayUnderTest] => [a, b] as [GatewayUnderTest, GatewayUnderTest];
  const names = ['Diwali offer', 'Diwali  offer'];

  it.each(names)(
    'do not accept the campaign of a create in flight on the other gateway (%j)',
    async (name) => {
      const [one, other] = gateways();
      faults = [{ kind: 'delay', when: 'after', delayMs: 400 }, { kind: 'reset' }];
      const first = createdSid(one, { ...diwali, idempotencyKey: 'one' });
      await until(() => sidsOf(sandbox).length === 1);
      const second = await createdSid(other, { ...diwali, name, idempotencyKey: 'other' });
      expect([await first, second].sort()).toEqual(sidsOf(sandbox));
      expect(posts(sandbox)).toBe(3);
    },
  );

  it('do not accept a campaign that may belong to a lost create of the other gateway, and send nothing more', async () => {
    const [one, other] = gateways();
    faults = [{ kind: 'hang', when: 'after' }, { kind: 'reset' }];
    // Nobody will ever know which of them has made it.
    const received = [create(one, { ...diwali, name: names[0] ?? '', idempotencyKey: 'one' })];
    await until(() => sidsOf(sandbox).length === 1);
    received.push(create(other, { ...diwali, name: names[1] ?? '', idempotencyKey: 'other' }));
    const [first, second] = await Promise.all(received);
    expect(second?.codes).toEqual(['OUTCOME_UNKNOWN']);
    expect(first?.sid === undefined || sidsOf(sandbox).includes(first.sid)).toBe(true);
    expect(posts(sandbox)).toBe(2);
  });

  it('find both campaigns of two lost creates with exactly the same content', async () => {
    faults = [
      { kind: 'reset', when: 'after' },
      { kind: 'reset', when: 'after' },
    ];
    const sids = await Promise.all(
      gateways().map((gateway, index) => createdSid(gateway, { ...diwali, idempotencyKey: `key ${index}` })),
    );
    expect(sids.sort()).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(2);
  });
});

describeWithRedis('a lost create whose campaign the list shows unreadable and under another name', () => {
  const minute = 60_000;
  const redis = redisOfSuite();

  it.each([-20, -7, 7, 20, 600])(
    'is not repeated by a gateway whose clock differs from that of the first by %i minutes',
    async (minutes) => {
      const rows: Record<string, unknown>[] = [];
      const upstream = await startScriptedUpstream((request, response) => {
        if (request.method !== 'POST') return answerOf(rows);
        const { status, name, ...row } = rowOf(request) as Record<string, unknown>;
        rows.push({ ...row, name: String(name).replace('&', '_'), sid: `${String(status)} ${rows.length}` });
        response.destroy();
        return undefined;
      });
      const start = (now: () => number) =>
        startGatewayOn(
          upstream.baseUrl,
          { REDIS_URL: redis.url, EXOTEL_TIMEOUT_MS: '1000', EXOTEL_ACCOUNT_SID: `clock${minutes}` },
          now,
          () => Promise.resolve(),
        );
      const input = { ...diwali, name: 'Ben & Jerry', schedule: null, idempotencyKey: 'clocks' };
      const wrong = await start(() => Date.now() + minutes * minute);
      const first = await create(wrong, input);
      await wrong.close();
      const right = await start(Date.now);
      const second = await create(right, input);
      await right.close();
      await upstream.close();
      expect([first.codes, second.codes]).toEqual([['OUTCOME_UNKNOWN'], ['OUTCOME_UNKNOWN']]);
      expect(upstream.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
    },
  );
});
