import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportedFields } from '../../../src/export/export-row.js';
import { ask } from '../../support/clients/ask.js';
import { getExport, linesOf, recordsOf, startPausingGateway } from '../../support/writing/exporting.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  messagesNamed,
  refusal,
  startMessageUpstream,
} from '../../support/upstream/message-upstream.js';

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;
const clock = { nowMs: 0 };
const sids = (count: number) => messagesNamed(count).map(({ sid }) => sid);
const path = (rest = '') => `${gateway.url}/campaigns/c/messages${rest}`;

beforeAll(async () => {
  upstream = await startMessageUpstream();
  // Each pause of an export that waits out a failure lets a minute pass.
  gateway = await startPausingGateway(upstream.baseUrl, {}, clock, 60_000);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => {
  upstream.messages = messagesNamed(250);
  upstream.calls.length = 0;
  upstream.beforeCall = () => undefined;
});

describe('GET /campaigns/{sid}/messages', () => {
  it('streams every message once as NDJSON, each line with its cursor, in windows that overlap by a row', async () => {
    const { status, headers, text, trailers } = await getExport(path());
    const { rows, end } = linesOf(text);
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/x-ndjson');
    expect(headers['content-disposition']).toBe('attachment; filename="messages-c.ndjson"');
    expect(headers['x-export-total']).toBe('250');
    expect(headers['cache-control']).toBe('no-store');
    expect(rows.map(({ sid }) => sid)).toEqual(sids(250));
    expect(Object.keys(rows[0] ?? {})).toEqual([...exportedFields, 'cursor']);
    expect(rows[0]).toMatchObject({
      status: 'SENT',
      upstreamStatus: 'sent',
      scheduledAt: '2026-05-01T10:00:00.000Z',
    });
    expect(end).toEqual({ complete: true, rows: 250 });
    expect(trailers['x-export-status']).toBe('complete');
    expect(upstream.calls).toEqual(['0+1000', '49+50', '98+50', '147+50', '196+50', '245+50']);
  });

  it('has nothing but the end for a campaign without messages', async () => {
    upstream.messages = [];
    const { text } = await getExport(path());
    expect(text).toBe('{"complete":true,"rows":0}\n');
    expect(upstream.calls).toHaveLength(1);
  });

  it('streams CSV by its extension or by Accept, with a header and the trailer X-Export-Status', async () => {
    for (const [rest, accept] of [
      ['.csv', '*/*'],
      ['', 'text/csv'],
      ['', 'text/*;q=0.5, application/json'],
      ['', 'application/x-ndjson;q=0.1, text/csv'],
    ] as const) {
      const { headers, text, trailers } = await getExport(path(rest), { accept });
      expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
      expect(headers['trailer']).toBe('x-export-status');
      const [header, ...records] = recordsOf(text);
      expect(header).toEqual(exportedFields);
      expect(records.map(([, sid]) => sid)).toEqual(sids(250));
      expect(trailers['x-export-status']).toBe('complete');
    }
  });

  it('gives NDJSON where both will do, and 406 where neither will', async () => {
    for (const accept of ['*/*', 'application/*', 'application/x-ndjson, text/csv', 'text/html, */*;q=0.1'])
      expect((await getExport(path(), { accept })).headers['content-type']).toBe('application/x-ndjson');
    for (const accept of ['text/csv; charset=utf-8; header=present', 'text/csv;header=present;q=0.5'])
      expect((await getExport(path(), { accept })).headers['content-type']).toMatch(/^text\/csv/);
    upstream.calls.length = 0;
    for (const accept of ['application/json', 'text/html', 'text/csv;q=0'])
      expect(await getExport(path(), { accept })).toMatchObject({ status: 406 });
    expect(upstream.calls).toEqual([]);
  });

  it('quotes as RFC 4180 asks, and lets no text begin a formula; the plus sign of a number is none', async () => {
    const hostile = [
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\tx',
      '\rx',
      '＝1',
      'a "b", c\r\nd',
      'नमस्ते',
      "it's",
      'hi;=1+1',
      'hi\t@x; -1',
      '',
    ];
    upstream.messages = hostile.map((text, index) => ({
      sid: `m${String(index)}`,
      status: 'sent',
      name: text,
      body: text,
    }));
    upstream.messages.push(
      { sid: 'n', status: 'sent', number: '=cmd()' },
      { sid: 'o', status: 'sent', number: '+91XXXXX' },
    );
    const { text } = await getExport(path('.csv?cursor=1'));
    const [header, ...records] = recordsOf(text);
    const column = (name: string) => records.map((record) => record[header?.indexOf(name) ?? -1]);
    const inert = hostile.map((each, index) =>
      (index < 7 ? `'${each}` : each).replace(';=', ";'=").replace('\t@', "\t'@"),
    );
    expect(column('name').slice(0, hostile.length)).toEqual(inert);
    expect(column('body').slice(0, hostile.length)).toEqual(inert);
    expect(column('number').slice(-2)).toEqual(["'=cmd()", '+91XXXXX']);
    expect(column('number')[0]).toBe('+919876543210');
    expect(header?.at(-1)).toBe('cursor');
    expect(column('cursor').every((cursor) => /^[\w-]{20,}$/.test(cursor ?? ''))).toBe(true);
  });

  it('filters by status and by number', async () => {
    upstream.messages.forEach((message, index) => {
      message.status = ['sent', 'failed', 'failed_dnd', 'submitted'][index % 4] ?? '';
    });
    const failed = linesOf((await getExport(path('?status=FAILED,FAILED_DND'))).text);
    expect(failed.rows.map(({ sid }) => sid)).toEqual(
      sids(250).filter((_, index) => [1, 2].includes(index % 4)),
    );
    expect(failed.end).toEqual({ complete: true, rows: 125 });
    upstream.messages[7] = { sid: 'm7', status: 'sent', number: '+911' };
    for (const number of ['%2B911', '+911']) {
      const { rows, end } = linesOf((await getExport(path(`?number=${number}`))).text);
      expect(rows.map(({ sid }) => sid)).toEqual(['m7']);
      expect(end).toEqual({ complete: true, rows: 1 });
    }
  });

  it('resumes after any cursor, also one of Campaign.messages', async () => {
    const { rows } = linesOf((await getExport(path())).text);
    for (const index of [0, 48, 49, 50, 120, 248, 249]) {
      const rest = linesOf((await getExport(path(`?after=${rows[index]?.cursor ?? ''}`))).text);
      expect(rest.rows.map(({ sid }) => sid)).toEqual(sids(250).slice(index + 1));
      expect(rest.end).toEqual({ complete: true, rows: 249 - index });
    }
    const query = '{ campaign(sid: "c") { messages(first: 60) { pageInfo { endCursor } } } }';
    const { data } = await ask<{ campaign: { messages: { pageInfo: { endCursor: string } } } }>(
      gateway,
      query,
    );
    const after = data?.campaign.messages.pageInfo.endCursor ?? '';
    expect(linesOf((await getExport(path(`?after=${after}`))).text).rows[0]?.sid).toBe('m60');
  });

  it.each([
    ['?stauts=FAILED', 'stauts'],
    ['?status=failed', 'status'],
    ['?status=FAILED,,SENT', 'status'],
    ['?status=', 'status'],
    ['?status=FAILED&status=SENT', 'status'],
    ['?number=', 'number'],
    [`?number=${'1'.repeat(500)}`, 'number'],
    ['?number=%zz', 'query'],
    ['?number=%ff', 'query'],
    ['?after=nonsense', 'after'],
    ['?after=', 'after'],
    [`?after=${'a'.repeat(5000)}`, 'after'],
    ['?cursor=yes', 'cursor'],
    ['?cursor=0', 'cursor'],
    ['?progress=', 'progress'],
    ['?first=10', 'first'],
  ])('refuses %.30s with 400, names the parameter, and makes no call', async (search, argument) => {
    const { status, headers, text } = await getExport(path(search));
    expect(status).toBe(400);
    expect(headers['content-type']).toContain('application/json');
    expect(JSON.parse(text)).toMatchObject({
      errors: [{ extensions: { code: 'BAD_USER_INPUT', argument } }],
    });
    expect(upstream.calls).toEqual([]);
  });

  it('refuses a cursor of another list, an invalid sid, and other methods', async () => {
    const { rows } = linesOf((await getExport(path('?number=%2B919876543210'))).text);
    expect((await getExport(path(`?after=${rows[0]?.cursor ?? ''}`))).status).toBe(400);
    for (const sid of ['a%5cb', 'a%2fb', '%20', 'x'.repeat(129)])
      expect(await getExport(`${gateway.url}/campaigns/${sid}/messages`)).toMatchObject({ status: 400 });
    for (const method of ['POST', 'HEAD', 'PUT']) expect((await fetch(path(), { method })).status).toBe(405);
  });

  it('answers an unknown sid and a failing upstream before the first byte, with their codes', async () => {
    const unknown = await getExport(`${gateway.url}/campaigns/unknown/messages`);
    expect(unknown.status).toBe(404);
    expect(JSON.parse(unknown.text)).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    for (const [answer, status, code] of [
      [refusal(503), 503, 'UPSTREAM_UNAVAILABLE'],
      [refusal(401, 1010), 503, 'UPSTREAM_UNAUTHORIZED'],
    ] as const) {
      upstream.beforeCall = () => answer;
      const refused = await getExport(path());
      expect(refused.status).toBe(status);
      expect(JSON.parse(refused.text)).toMatchObject({ errors: [{ extensions: { code } }] });
    }
  });

  it('waits out failures of the upstream for ten minutes, and says where to resume after them', async () => {
    upstream.beforeCall = (call) => (call > 1 && call < 12 ? refusal(503) : undefined);
    const passed = linesOf((await getExport(path())).text);
    expect(passed.rows.map(({ sid }) => sid)).toEqual(sids(250));
    expect(passed.end).toMatchObject({ complete: true });

    upstream.calls.length = 0;
    upstream.beforeCall = (call) => (call > 2 ? refusal(503) : undefined);
    const { text, trailers } = await getExport(path());
    const { rows, end } = linesOf(text);
    expect(rows.map(({ sid }) => sid)).toEqual(sids(99));
    expect(end).toEqual({ complete: false, reason: 'UPSTREAM_UNAVAILABLE', cursor: rows.at(-1)?.cursor });
    expect(trailers['x-export-status']).toBe(`incomplete; cursor=${rows.at(-1)?.cursor ?? ''}`);
    upstream.beforeCall = () => undefined;
    clock.nowMs += 10_000; // the circuit breaker lets calls pass again
    const rest = linesOf((await getExport(path(`?after=${end?.cursor ?? ''}`))).text);
    expect(rest.rows.map(({ sid }) => sid)).toEqual(sids(250).slice(99));
  });

  it.each([
    [401, 1010, 'UPSTREAM_UNAUTHORIZED'],
    [404, 1000, 'NOT_FOUND'],
  ])('ends at once after a %i of the upstream', async (status, errorCode, reason) => {
    upstream.beforeCall = (call) => (call === 3 ? refusal(status, errorCode) : undefined);
    const { rows, end } = linesOf((await getExport(path())).text);
    expect(rows).toHaveLength(99);
    expect(end).toEqual({ complete: false, reason, cursor: rows.at(-1)?.cursor });
    expect(upstream.calls).toHaveLength(3);
  });

  it('fills no cache, and gives the same rows to a client that accepts smaller pages', async () => {
    upstream.pageMaximum = 20;
    const { rows, end } = linesOf((await getExport(path())).text);
    upstream.pageMaximum = 50;
    expect(rows.map(({ sid }) => sid)).toEqual(sids(250));
    expect(end).toEqual({ complete: true, rows: 250 });
  });
});

describe('an export of a campaign that moves', () => {
  it.each([
    [
      'a row comes at the front before each window',
      (_call: number) => upstream.messages.unshift({ sid: `new${String(_call)}`, status: 'sent' }),
    ],
    [
      'sixty rows come at the front',
      (call: number) =>
        call === 3 &&
        upstream.messages.unshift(
          ...Array.from({ length: 60 }, (_, index) => ({ sid: `x${String(index)}`, status: 'sent' })),
        ),
    ],
    ['the first row goes before each window', () => upstream.messages.shift()],
    ['seventy rows go at the front', (call: number) => call === 3 && upstream.messages.splice(0, 70)],
    [
      'the last row that was sent goes',
      (call: number) =>
        call > 1 &&
        upstream.messages.splice(
          upstream.messages.findIndex(({ sid }) => sid === `m${String(48 + (call - 2) * 49)}`),
          1,
        ),
    ],
    [
      'rows come at the end',
      (call: number) => call < 4 && upstream.messages.push({ sid: `late${String(call)}`, status: 'sent' }),
    ],
  ])('has every row that is there throughout once while %s', async (_what, move) => {
    const before = sids(250);
    upstream.beforeCall = (call) => {
      if (call > 1) move(call);
      return undefined;
    };
    const { rows, end } = linesOf((await getExport(path())).text);
    const seen = rows.map(({ sid }) => sid);
    expect(new Set(seen).size).toBe(seen.length);
    const there = new Set(upstream.messages.map(({ sid }) => sid));
    expect(before.filter((sid) => there.has(sid) && !seen.includes(sid))).toEqual([]);
    expect(end?.complete).toBe(true);
    expect(upstream.calls.length).toBeLessThan(40);
  });
});
