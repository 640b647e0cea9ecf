import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { readErrors } from '../../support/upstream/rate-limited.js';
import { createdSid, keyed, ofPosts, posts, sidsOf } from '../../support/writing/creating.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { isAuthorized, isUnauthenticated, requestAccess } from '../../support/clients/access-request.js';
import { inSeconds, makeKey, sign, startIssuer } from '../../support/clients/issuer.js';
import { leaveAll, subscribe } from '../../support/clients/subscribing.js';

const hourMs = 3_600_000;
const minuteMs = 60_000;
let wallMs = Date.now();
let steadyMs = 1_000;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sids: readonly string[];

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials });
  sids = sandbox.state.campaigns().map(({ sid }) => sid);
});
afterAll(() => sandbox.close());

/** Time that passes for both clocks. */
function pass(ms: number): void {
  wallMs += ms;
  steadyMs += ms;
}

const readAgain = (): Promise<unknown[]> => readErrors(gateway, sids.slice(0, 9));
const calls = (): number => sandbox.calls.splice(0).length;

describe("a step of the machine's clock", () => {
  beforeEach(async () => {
    gateway = await startGatewayOn(
      sandbox.baseUrl,
      { CACHE: 'off', EXOTEL_RATE_LIMIT: '10' },
      () => wallMs,
      undefined,
      {
        steadyNow: () => steadyMs,
      },
    );
    expect(await readAgain()).toEqual([]);
    expect(calls()).toBe(9);
  });

  it.each([
    ['forward', 61_000],
    ['forward by an hour', hourMs],
    ['back by an hour', -hourMs],
  ])('%s frees no call of the budget, and blocks none after a minute', async (_step, stepMs) => {
    try {
      wallMs += stepMs;
      expect(await readAgain()).toHaveLength(9);
      expect(calls()).toBe(0);
      const { data } = await ask<{ campaignGateway: { budget: { resetsAt: string } } }>(
        gateway,
        '{ campaignGateway { budget { remaining resetsAt } } }',
      );
      const resetsInMs = Date.parse(data?.campaignGateway.budget.resetsAt ?? '') - wallMs;
      expect(resetsInMs).toBeGreaterThan(0);
      expect(resetsInMs).toBeLessThanOrEqual(minuteMs);
      pass(61_000);
      expect(await readAgain()).toEqual([]);
      expect(calls()).toBe(9);
    } finally {
      await gateway.close();
    }
  });
});

it.each([
  ['two minutes', 2 * minuteMs],
  ['half an hour', hourMs / 2],
  ['hours', 2 * hourMs],
])('a cached campaign is as fresh as ever although the clock is set back by %s', async (_step, stepMs) => {
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => wallMs, undefined, { steadyNow: () => steadyMs });
  const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1000 }); // fresh for 5 seconds
  try {
    expect(await readErrors(gateway, [sid])).toEqual([]);
    expect(calls()).toBe(1);
    wallMs -= stepMs;
    pass(4_000);
    expect(await readErrors(gateway, [sid])).toEqual([]);
    expect(calls()).toBe(0);
    pass(2_000);
    expect(await readErrors(gateway, [sid])).toEqual([]);
    expect(calls()).toBe(1);
  } finally {
    await gateway.close();
  }
});

it('a lost create is found, with one POST, although the clock is set back by half an hour meanwhile', async () => {
  let wrongByMs = hourMs / 2;
  const upstream = await startSandbox({
    ...credentials,
    seed: 'empty',
    faults: ofPosts(() => {
      wrongByMs = 0;
      return { kind: 'reset', when: 'after' };
    }),
  });
  gateway = await startGatewayOn(
    upstream.baseUrl,
    {},
    () => Date.now() + wrongByMs,
    () => Promise.resolve(),
    { steadyNow: () => performance.now() },
  );
  try {
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(upstream));
    expect(posts(upstream)).toBe(1);
  } finally {
    await gateway.close();
    await upstream.close();
  }
});

it('subscribers get changes without a pause although the clock is set back by half an hour', async () => {
  const time = new HeldTimers(100);
  let wrongByMs = 0;
  const upstream = await startSandbox({ ...credentials, seed: 'empty', clock: time.now });
  gateway = await startGatewayOn(upstream.baseUrl, {}, () => time.now() + wrongByMs, undefined, {
    steadyNow: time.now,
  });
  const { sid } = upstream.state.insert({ status: 'in-progress', audience: 1000 });
  try {
    const changes = 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { status } }';
    const subscriber = await subscribe(gateway.url, 'ws', changes, { sid });
    wrongByMs = -hourMs / 2;
    upstream.state.setStatus(sid, 'paused');
    await time.pass(10_000);
    expect(await subscriber.next(1)).toEqual([{ campaignUpdated: { status: 'PAUSED' } }]);
  } finally {
    time.release();
    await leaveAll();
    await gateway.close();
    await upstream.close();
  }
});

it('a key that the issuer removed is refused after ten minutes although the clock is set back meanwhile', async () => {
  const [wall, steady] = [Date.now.bind(Date), performance.now.bind(performance)];
  let [wallShiftMs, steadyShiftMs] = [0, 0];
  jest.spyOn(Date, 'now').mockImplementation(() => wall() + wallShiftMs); // jose takes no clock
  jest.spyOn(performance, 'now').mockImplementation(() => steady() + steadyShiftMs);
  const issuer = await startIssuer();
  gateway = await startGatewayOn(sandbox.baseUrl, issuer.environment);
  try {
    const token = await sign(issuer.key, { exp: inSeconds(100_000) });
    const access = () => requestAccess(gateway, { authorization: `Bearer ${token}` });
    expect(await access()).toMatchObject(isAuthorized);
    issuer.show([await makeKey('another')]);
    wallShiftMs = -hourMs / 2;
    steadyShiftMs = 601_000;
    expect(await access()).toMatchObject(isUnauthenticated);
  } finally {
    jest.restoreAllMocks();
    await gateway.close();
    await issuer.close();
  }
});
