import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { readErrors } from '../../support/upstream/rate-limited.js';

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

it('a cached campaign that was read before the clock was set back by hours is read again', async () => {
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => wallMs, undefined, { steadyNow: () => steadyMs });
  try {
    expect(await readAgain()).toEqual([]);
    expect(calls()).toBe(9);
    expect(await readAgain()).toEqual([]);
    expect(calls()).toBe(0);
    wallMs -= 2 * hourMs;
    pass(10_000);
    expect(await readAgain()).toEqual([]);
    expect(calls()).toBe(9);
  } finally {
    await gateway.close();
  }
});
