import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getExport, linesOf, startPausingGateway } from '../../support/writing/exporting.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  startMessageUpstream,
  type UpstreamMessage,
} from '../../support/upstream/message-upstream.js';

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;
let inserted = 0;
const start = () => startPausingGateway(upstream.baseUrl, {}, { nowMs: 0 });

beforeAll(async () => {
  upstream = await startMessageUpstream();
  gateway = await start();
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const messages = (count: number, kind: string): UpstreamMessage[] =>
  Array.from({ length: count }, () => {
    inserted += 1;
    return { sid: `${kind}${String(inserted)}`, status: inserted % 2 === 0 ? 'failed' : 'sent' };
  });

describe('an export of a campaign that is being sent', () => {
  it.each(
    [50, 7, 2].flatMap((pageMaximum) =>
      [20, 200, 1000].flatMap((most) => [
        { pageMaximum, most, search: '' },
        { pageMaximum, most, search: '?status=FAILED' },
      ]),
    ),
  )(
    'has every message once, in pages of $pageMaximum, while up to $most come in front before each call ($search)',
    async ({ pageMaximum, most, search }) => {
      const stay = messages(200, 'stay');
      Object.assign(upstream, { pageMaximum, messages: [...stay] });
      upstream.calls.length = 0;
      let random = most;
      upstream.beforeCall = (call) => {
        if (call > 25) return undefined;
        random = (random * 16807) % 2147483647;
        upstream.messages.unshift(...messages(random % (most + 1), 'new'));
        return undefined;
      };
      const { rows, end } = linesOf((await getExport(`${gateway.url}/campaigns/c/messages${search}`)).text);
      expect(end).toMatchObject({ complete: true });
      const sids = rows.map(({ sid = '' }) => sid);
      expect(sids.length).toBe(new Set(sids).size);
      expect(sids.filter((sid) => sid.startsWith('stay'))).toEqual(
        stay.filter(({ status }) => search === '' || status === 'failed').map(({ sid }) => sid),
      );
    },
  );

  it('continues with one message a page, and ends', async () => {
    const stay = messages(30, 'stay');
    Object.assign(upstream, { pageMaximum: 1, messages: [...stay] });
    upstream.calls.length = 0;
    upstream.beforeCall = () => undefined;
    const { rows, end } = linesOf((await getExport(`${gateway.url}/campaigns/c/messages`)).text);
    expect(end).toEqual({ complete: true, rows: 30 });
    expect(rows.map(({ sid }) => sid)).toEqual(stay.map(({ sid }) => sid));
    expect(upstream.calls.length).toBeLessThanOrEqual(3 * 30);
  });
});

describe('where one message comes in front and another one leaves', () => {
  it('an export of 25,000 messages reads the list again, and sends each of them once', async () => {
    const stay = messages(25_000, 'stay');
    Object.assign(upstream, { pageMaximum: 1000, messages: [...stay] });
    upstream.calls.length = 0;
    upstream.beforeCall = (call) => {
      if (call === 18) {
        upstream.messages.unshift(...messages(1, 'new'));
        stay.splice(22_000, 1);
        upstream.messages.splice(22_001, 1);
      }
      return undefined;
    };
    const own = await start(); // it has learned of no smaller pages
    const { rows, end } = linesOf((await getExport(`${own.url}/campaigns/c/messages`)).text);
    await own.close();
    const sids = rows.map(({ sid = '' }) => sid);
    expect(end).toEqual({ complete: true, rows: sids.length });
    expect(sids.length).toBe(new Set(sids).size);
    const sent = new Set(sids);
    expect(upstream.messages.filter(({ sid }) => !sent.has(sid))).toEqual([]);
    upstream.pageMaximum = 50;
  });
});

it.each([1, 40])(
  'an export of a list that counts %i rows too many ends after ten minutes, and does not say that it is whole',
  async (countedBeyond) => {
    const stay = messages(300, 'stay');
    Object.assign(upstream, { pageMaximum: 50, messages: [...stay], countedBeyond });
    upstream.calls.length = 0;
    upstream.beforeCall = () => undefined;
    const own = await start(); // it has learned of no smaller pages
    const { rows, end } = linesOf((await getExport(`${own.url}/campaigns/c/messages`)).text);
    await own.close();
    upstream.countedBeyond = 0;
    expect(end).toMatchObject({ complete: false, reason: 'UPSTREAM_INVALID_RESPONSE' });
    expect(rows.map(({ sid }) => sid)).toEqual(stay.map(({ sid }) => sid));
    expect(upstream.calls.length).toBeLessThanOrEqual(7 + 3 * 26);
  },
);

it.each([1, 4, 9, 10, 20])(
  'an export has all rows of a list whose first %i answers lack the second half that they count',
  async (short) => {
    const stay = messages(200, 'stay');
    Object.assign(upstream, { pageMaximum: 50, messages: stay.slice(0, 100), countedBeyond: 100 });
    upstream.calls.length = 0;
    let reached = 0;
    upstream.beforeCall = () => {
      reached += Number(upstream.calls.length > 2);
      if (reached > short) Object.assign(upstream, { messages: [...stay], countedBeyond: 0 });
      return undefined;
    };
    const own = await start(); // it has learned of no smaller pages
    const { rows, end } = linesOf((await getExport(`${own.url}/campaigns/c/messages`)).text);
    await own.close();
    Object.assign(upstream, { countedBeyond: 0, beforeCall: () => undefined });
    expect(end).toEqual({ complete: true, rows: 200 });
    expect(rows.map(({ sid }) => sid)).toEqual(stay.map(({ sid }) => sid));
  },
);

it('a sid that is listed twice hides none of the messages between', async () => {
  const stay = messages(200, 'twin');
  const [last, later] = [stay[49], stay[70]];
  if (last && later) stay[70] = { ...later, sid: last.sid };
  Object.assign(upstream, { pageMaximum: 50, messages: [...stay], beforeCall: () => undefined });
  const { rows, end } = linesOf((await getExport(`${gateway.url}/campaigns/c/messages`)).text);
  expect(end).toMatchObject({ complete: true });
  expect(new Set(rows.map(({ sid }) => sid))).toEqual(new Set(stay.map(({ sid }) => sid)));
});

describe('an export over a window of unreadable rows', () => {
  const unreadable = (count: number): UpstreamMessage[] =>
    messages(count, 'unreadable').map(({ sid }) => ({ sid, status: null as unknown as string }));

  it('leaves out no readable row while rows before it go', async () => {
    const stay = messages(120, 'stay');
    Object.assign(upstream, { pageMaximum: 50, messages: [...unreadable(50), ...stay] });
    upstream.calls.length = 0;
    upstream.beforeCall = (call) => {
      if (call === 2) upstream.messages.splice(0, 5);
      return undefined;
    };
    const { rows, end } = linesOf((await getExport(`${gateway.url}/campaigns/c/messages`)).text);
    expect(end).toMatchObject({ complete: true });
    const readable = rows.filter((row) => !('error' in row)).map(({ sid }) => sid);
    expect(readable).toEqual(stay.map(({ sid }) => sid));
  });

  it('resumes after the cursor of one of them', async () => {
    const stay = messages(10, 'stay');
    const all = [...unreadable(3), ...stay];
    Object.assign(upstream, { pageMaximum: 50, messages: all, beforeCall: () => undefined });
    const path = `${gateway.url}/campaigns/c/messages`;
    const { rows } = linesOf((await getExport(path)).text);
    for (const [index, { cursor = '' }] of rows.entries()) {
      const behind = linesOf((await getExport(`${path}?after=${cursor}`)).text);
      expect(behind.rows).toHaveLength(all.length - index - 1);
    }
  });
});
