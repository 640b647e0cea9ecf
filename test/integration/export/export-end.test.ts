import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { getExport, linesOf, startPausingGateway } from '../../support/writing/exporting.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  messagesNamed,
  startMessageUpstream,
} from '../../support/upstream/message-upstream.js';

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;
const clock = { nowMs: 0 };
const all = messagesNamed(500);
const sids = all.map(({ sid }) => sid);
/** Windows of a list of 500 that stands still. */
const usualCalls = 11;

beforeAll(async () => {
  upstream = await startMessageUpstream();
  gateway = await startPausingGateway(upstream.baseUrl, { MAX_PAGE_ROWS: '50' }, clock);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => {
  Object.assign(upstream, { messages: all, countedBeyond: 0, beforeCall: () => undefined });
  upstream.calls.length = 0;
});

async function exported() {
  const { headers, text } = await getExport(`${gateway.url}/campaigns/c/messages`);
  const { rows, end } = linesOf(text);
  return { seen: rows.map(({ sid }) => sid), end, total: headers['x-export-total'] };
}

describe('an export whose upstream counts too few messages for a moment', () => {
  /** How many of the messages are there while it does, for a window that begins at an offset; NaN is written as null. */
  const odd: [string, (offset: number) => number, number][] = [
    ['a short window and its end as the total', (offset) => offset + 10, 0],
    ['a short window without a total', (offset) => offset + 10, NaN],
    ['a full window and its end as the total', (offset) => offset + 50, 0],
    ['nothing', () => 0, 0],
    ['nothing, after its end', (offset) => offset, 0],
  ];
  const cases = odd.flatMap(([what, count, countedBeyond]) =>
    [2, 4, 11].flatMap((at) => [0, 9000].map((ms) => ({ what, count, countedBeyond, at, ms }))),
  );

  it.each(cases)('has all of them after $what at call $at and for $ms ms', async (glitch) => {
    let [isOver, endsAtMs] = [false, Infinity];
    upstream.beforeCall = (call) => {
      if (call === glitch.at) endsAtMs = clock.nowMs + glitch.ms;
      // Calls without a pause between them are at one moment.
      isOver ||= glitch.ms === 0 ? call > glitch.at : clock.nowMs > endsAtMs;
      const isOdd = call >= glitch.at && !isOver;
      const offset = Number(upstream.calls.at(-1)?.split('+')[0]);
      upstream.messages = isOdd ? all.slice(0, glitch.count(offset)) : all;
      upstream.countedBeyond = isOdd ? glitch.countedBeyond : 0;
      return undefined;
    };
    const { seen, end, total } = await exported();
    expect(seen).toEqual(sids);
    expect(end).toEqual({ complete: true, rows: 500 });
    expect(total).toBe('500');
    expect(upstream.calls.length).toBeLessThanOrEqual(usualCalls + 12);
  });
});

describe('an export of a list that becomes shorter', () => {
  it.each([
    [450, 3],
    [120, 3],
    [400, 5],
  ])('ends with the %i messages that are left at call %i, after two calls more', async (left, at) => {
    const startedAtMs = clock.nowMs;
    upstream.beforeCall = (call) => {
      if (call === at) upstream.messages = all.slice(0, left);
      return undefined;
    };
    const { seen, end } = await exported();
    expect(seen).toEqual(sids.slice(0, left));
    expect(end).toEqual({ complete: true, rows: left });
    expect(upstream.calls).toHaveLength(1 + Math.ceil((left - 50) / 49) + 2);
    expect(clock.nowMs - startedAtMs).toBe(10_000);
  });

  it('is read again only after a pause, where a message has moved', async () => {
    const readAtMs: number[] = [];
    upstream.beforeCall = (call) => {
      if (upstream.calls.at(-1) === '0+50') readAtMs.push(clock.nowMs);
      if (call === 4) upstream.messages = [...all.slice(480, 481), ...all.slice(0, 480), ...all.slice(481)];
      return undefined;
    };
    const { seen, end } = await exported();
    expect([...seen].sort()).toEqual([...sids].sort());
    expect(end).toEqual({ complete: true, rows: 500 });
    expect(readAtMs).toHaveLength(2);
    expect(Number(readAtMs[1]) - Number(readAtMs[0])).toBeGreaterThanOrEqual(5000);
  });

  it('ends where all of them are deleted', async () => {
    upstream.beforeCall = (call) => {
      if (call === 3) upstream.messages = [];
      return undefined;
    };
    const { seen, end } = await exported();
    expect(seen).toEqual(sids.slice(0, 99));
    expect(end).toEqual({ complete: true, rows: 99 });
    expect(upstream.calls.length).toBeLessThanOrEqual(8);
  });
});
