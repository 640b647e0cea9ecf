import { get } from 'node:http';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { type ExportLine, linesOf } from '../../support/writing/exporting.js';
import { fakeTimeouts } from '../../support/gateway/faked-timeouts.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const start = Date.parse('2026-05-01T10:00:10Z');
const [secondMs, minuteMs] = [1000, 60_000];
const limit = 30;
const messages = 600;
let now: number;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(async () => {
  now = start;
  sandbox = await startSandbox({
    ...credentials,
    clock: () => now,
    seed: 'empty',
    rateLimitPerMinute: limit,
  });
  for (let index = 0; index < 10; index += 1)
    sandbox.state.insert({ status: 'in-progress', audience: 20_000, startsAt: start - index * minuteMs });
  ({ sid } = sandbox.state.insert({
    status: 'in-progress',
    audience: messages,
    startsAt: start - 60 * minuteMs,
  }));
  gateway = await startGatewayOn(sandbox.baseUrl, { EXOTEL_RATE_LIMIT: String(limit) }, () => now);
  // Time is a variable of this test: the clocks and the gateway's timers run on it.
  fakeTimeouts();
});
afterEach(async () => {
  jest.useRealTimers();
  await gateway.close();
  await sandbox.close();
});

const dashboard =
  '{ campaigns(first: 10) { nodes { sid status stats { sent } fetchedAt messages(first: 5) { nodes { sid status } } } } }';

interface Seen {
  readonly campaigns: { readonly nodes: readonly { readonly fetchedAt: string }[] };
}

/** So many dashboards at once; answers how old the oldest row of any was. */
async function poll(count: number): Promise<number> {
  const answers = await Promise.all(Array.from({ length: count }, () => ask<Seen>(gateway, dashboard)));
  const rows = answers.flatMap(({ data, errors }) => {
    expect(errors).toBeUndefined();
    return data?.campaigns.nodes ?? [];
  });
  return Math.max(...rows.map(({ fetchedAt }) => now - Date.parse(fetchedAt)));
}

/** Reads an export; `broken` after a number of rows, if it is given. */
function exporting(after: string | undefined, breakAfter = Infinity): { text: string; isOver: boolean } {
  const state = { text: '', isOver: false };
  const search = after === undefined ? '' : `?after=${after}`;
  const request = get(`${gateway.url}/campaigns/${sid}/messages${search}`, (response) => {
    response.setEncoding('utf8');
    response.on('error', () => (state.isOver = true));
    response.on('end', () => (state.isOver = true));
    response.on('data', (chunk: string) => {
      state.text += chunk;
      if (state.text.split('\n').length > breakAfter) request.destroy();
    });
  });
  request.on('error', () => (state.isOver = true));
  request.on('close', () => (state.isOver = true));
  return state;
}

it('an export of a moving campaign ends among 200 polling dashboards, which see no error and nothing older than a minute, within 30 calls a minute', async () => {
  let oldestMs = await poll(200);
  const rows: ExportLine[] = [];
  let end: ExportLine | undefined;
  let part = exporting(undefined, 90);
  let round = 0;
  for (; !end && round < 400; round += 1) {
    oldestMs = Math.max(oldestMs, await poll(round % 60 === 0 ? 200 : 3));
    now += secondMs;
    await jest.advanceTimersByTimeAsync(secondMs);
    if (!part.isOver) continue;
    const whole = linesOf(part.text.slice(0, part.text.lastIndexOf('\n') + 1));
    rows.push(...whole.rows);
    end = whole.end;
    // The connection breaks again and again; the client goes on after the last row that it has.
    if (!end) part = exporting(String(rows.at(-1)?.cursor), rows.length < 400 ? 90 : Infinity);
  }
  expect(end).toMatchObject({ complete: true });
  const sids = sandbox.state.messages(sid).map((message) => message.sid);
  expect(rows.map((row) => row.sid).sort()).toEqual([...sids].sort());
  expect(oldestMs).toBeLessThanOrEqual(minuteMs);
  expect(sandbox.calls.filter(({ status }) => status !== 200)).toEqual([]);
  const times = sandbox.calls.map(({ at }) => at);
  const most = times.map((from) => times.filter((at) => at >= from && at < from + minuteMs).length);
  expect(Math.max(...most)).toBeLessThanOrEqual(limit);
});
