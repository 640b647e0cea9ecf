import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { ask } from '../../../support/clients/ask.js';
import { fakeTimeouts } from '../../../support/gateway/faked-timeouts.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

const start = Date.parse('2026-05-01T10:00:10Z'); // within one of the upstream's minutes, not at its beginning
const [secondMs, minuteMs] = [1000, 60_000];
const limit = 30;
const rounds = 180;
let now: number;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

/**
 * Time is a variable of this test: both clocks read it, and the gateway's timers run on it. The sockets are
 * real, so within a round only the machine's own time passes.
 */
async function passSecond(): Promise<void> {
  now += secondMs;
  await jest.advanceTimersByTimeAsync(secondMs);
}

beforeEach(async () => {
  now = start;
  sandbox = await startSandbox({
    ...credentials,
    clock: () => now,
    seed: 'empty',
    rateLimitPerMinute: limit,
  });
  for (let index = 0; index < 14; index += 1)
    sandbox.state.insert({ status: 'in-progress', audience: 20_000, startsAt: start - index * minuteMs });
  gateway = await startGatewayOn(sandbox.baseUrl, { EXOTEL_RATE_LIMIT: String(limit) }, () => now);
  fakeTimeouts();
});
afterEach(async () => {
  jest.useRealTimers();
  await gateway.close();
  await sandbox.close();
});

interface Seen {
  readonly campaigns: {
    readonly nodes: readonly {
      readonly fetchedAt: string;
      readonly messages: { readonly nodes: readonly unknown[] };
    }[];
  };
}

const dashboard =
  '{ campaigns(first: 10) { nodes { sid status stats { sent } fetchedAt messages(first: 5) { nodes { sid status } } } } }';

/** So many dashboards at once; answers how old the oldest row of any was. */
async function poll(count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask<Seen>(gateway, dashboard)));
  const rows = answers.flatMap(({ data, errors }) => {
    expect(errors).toBeUndefined();
    return data?.campaigns.nodes ?? [];
  });
  expect(rows).toHaveLength(count * 10);
  expect(rows.every(({ messages }) => messages.nodes.length === 5)).toBe(true);
  return Math.max(...rows.map(({ fetchedAt }) => now - Date.parse(fetchedAt)));
}

/** The most calls in any 60 seconds, the ends of which are a minute apart or less. */
function mostInAMinute(): number {
  const times = sandbox.calls.map(({ at }) => at);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + minuteMs).length));
}

describe('200 dashboards that poll ten running campaigns with messages every second for three minutes', () => {
  it(`see no error and nothing older than a minute, for at most ${String(limit)} calls in any 60 seconds`, async () => {
    let oldestMs = 0;
    for (let round = 0; round < rounds; round += 1) {
      // Most rounds have a few of them: requests that are alike share what is cached or in flight.
      oldestMs = Math.max(oldestMs, await poll(round % 45 === 0 ? 200 : 3));
      await passSecond();
    }
    expect(sandbox.calls.filter(({ status }) => status !== 200)).toEqual([]);
    expect(oldestMs).toBeLessThanOrEqual(minuteMs);
    expect(mostInAMinute()).toBeLessThanOrEqual(limit);
    // Neither is the budget left unused: what is seen is as new as it may be.
    expect(sandbox.calls.length).toBeGreaterThan(2 * limit);
    const reads = new Map<string, number>();
    for (const { path } of sandbox.calls) reads.set(path, (reads.get(path) ?? 0) + 1);
    expect(reads.size).toBe(11);
    expect(Math.min(...reads.values())).toBeGreaterThanOrEqual(3); // nobody starves: each about every minute
  }, 240_000);
});
