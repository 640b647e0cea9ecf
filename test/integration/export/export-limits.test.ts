import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { keysForScopes, type KeysFile, showing } from '../../support/clients/callers.js';
import { until } from '../../support/clients/subscribing.js';
import { scrape } from '../../support/gateway/scraping.js';
import { getExport, linesOf } from '../../support/writing/exporting.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  messagesNamed,
  startMessageUpstream,
} from '../../support/upstream/message-upstream.js';

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;
/** Answers the calls for messages that wait; every call after the first of each export waits. */
const release: (() => void)[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  upstream = await startMessageUpstream();
});
afterAll(() => upstream.close());
beforeEach(async () => {
  gateway = await startGatewayOn(
    upstream.baseUrl,
    { MAX_PAGE_ROWS: '50' },
    Date.now,
    () => Promise.resolve(),
    {
      random: () => 0,
    },
  );
  upstream.messages = messagesNamed(250);
  upstream.calls.length = 0;
  upstream.beforeCall = () => undefined;
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const answer of release.splice(0)) answer();
  await gateway.close();
});

/** Opens an export on a socket of its own, which it reads only when asked. */
function openSocket(path = '/campaigns/c/messages'): Socket & { text: string } {
  const { port } = new URL(gateway.url);
  const socket = Object.assign(connect(Number(port), '127.0.0.1'), { text: '' });
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`);
  return socket;
}

function reading(socket: Socket & { text: string }): Socket & { text: string } {
  return socket.setEncoding('utf8').on('data', (chunk: string) => (socket.text += chunk));
}

const openExports = async (state: 'running' | 'waiting') =>
  (await scrape(gateway)).value('campaign_gateway_exports_open', { state });

describe('exports at the same time', () => {
  it('runs two, keeps eight waiting with their responses open, and refuses the next with 429 and Retry-After', async () => {
    const hold = upstream.beforeCall;
    upstream.beforeCall = (_call, response) => {
      if (upstream.calls.at(-1) === '0+50') return undefined;
      release.push(() => response.destroy());
      return 'answered';
    };
    const open = Array.from({ length: 10 }, () => reading(openSocket()));
    await until(() => open.every(({ text }) => text.startsWith('HTTP/1.1 200') && text.includes('"m49"')));
    await until(() => release.length === 2);
    expect(await openExports('running')).toBe(2);
    expect(await openExports('waiting')).toBe(8);
    const calls = upstream.calls.length;
    const refused = await getExport(`${gateway.url}/campaigns/c/messages`);
    expect(refused).toMatchObject({ status: 429, headers: { 'retry-after': '60' } });
    expect(JSON.parse(refused.text)).toMatchObject({
      errors: [{ extensions: { code: 'TOO_MANY_REQUESTS' } }],
    });
    expect(upstream.calls).toHaveLength(calls);

    upstream.beforeCall = hold;
    for (const answer of release.splice(0)) answer();
    await until(() => open.every(({ text }) => text.includes('{"complete":true,"rows":250}')));
    expect(await openExports('running')).toBe(0);
    const { value } = await scrape(gateway);
    expect(value('campaign_gateway_exports_total', { format: 'ndjson', outcome: 'complete' })).toBe(10);
    expect(value('campaign_gateway_exported_rows_total', { format: 'ndjson' })).toBe(2500);
  });

  it('take turns: their windows alternate', async () => {
    upstream.messages = messagesNamed(500);
    const { text: one } = await getExport(`${gateway.url}/campaigns/c/messages`);
    const alone = linesOf(one).rows.length;
    upstream.calls.length = 0;
    await Promise.all([
      getExport(`${gateway.url}/campaigns/c/messages`),
      getExport(`${gateway.url}/campaigns/c/messages`),
    ]);
    expect(alone).toBe(500);
    // Neither is ever more than two windows ahead.
    const offsets = upstream.calls.map((call) => Number(call.split('+')[0]));
    const seen = new Map<number, number>();
    for (const [index, offset] of offsets.entries()) {
      seen.set(offset, index);
      expect(Math.floor(index / 2) * 49 - offset).toBeLessThanOrEqual(2 * 49);
    }
    expect(seen.size).toBe(11);
  });

  it('a client that leaves gives its place to the next, and costs no further call', async () => {
    upstream.beforeCall = (_call, response) => {
      if (upstream.calls.at(-1) === '0+50') return undefined;
      release.push(() => response.destroy());
      return 'answered';
    };
    const open = Array.from({ length: 3 }, () => reading(openSocket()));
    await until(() => release.length === 2 && open.every(({ text }) => text.includes('"m49"')));
    open[0]?.destroy();
    open[1]?.destroy();
    await until(() => release.length === 3);
    open[2]?.destroy();
    await until(() => gateway.logs.filter((line) => line.includes('"outcome":"left"')).length === 3);
    expect(upstream.calls).toHaveLength(6);
    expect(await openExports('running')).toBe(0);
  });
});

describe('an open export', () => {
  it('stops reading the upstream while its client does not read', async () => {
    upstream.messages = messagesNamed(100_000).map((each) => ({ ...each, body: 'x'.repeat(1000) }));
    const socket = openSocket();
    await until(() => upstream.calls.length > 20);
    let stalled = 0;
    while (stalled !== upstream.calls.length) {
      stalled = upstream.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 700));
    }
    // Of 2,041 windows of 75 KB, as many as fit into the buffers of the two sockets.
    expect(stalled).toBeLessThan(300);
    reading(socket);
    await until(() => upstream.calls.length > stalled + 10);
  });

  it('ends with its cursor when the gateway stops, and resumes at the next one', async () => {
    upstream.beforeCall = (call, response) => {
      if (call < 4) return undefined;
      release.push(() => response.destroy());
      return 'answered';
    };
    const answer = getExport(`${gateway.url}/campaigns/c/messages`);
    await until(() => release.length === 1);
    await gateway.close();
    const { rows, end } = linesOf((await answer).text);
    expect(rows).toHaveLength(148);
    expect(end).toEqual({ complete: false, reason: 'SHUTTING_DOWN', cursor: rows.at(-1)?.cursor });
    upstream.beforeCall = () => undefined;
    gateway = await startGatewayOn(upstream.baseUrl);
    const rest = linesOf(
      (await getExport(`${gateway.url}/campaigns/c/messages?after=${end?.cursor ?? ''}`)).text,
    );
    expect(rest.rows[0]?.sid).toBe('m148');
    expect(rest.end).toEqual({ complete: true, rows: 102 });
  });

  it('is logged at its start and its end, without numbers or texts', async () => {
    await getExport(`${gateway.url}/campaigns/c/messages.csv`, { 'x-request-id': 'mine' });
    const lines = gateway.logs.map((line) => JSON.parse(line) as Record<string, unknown>);
    const own = lines.filter(({ msg }) => /^export /.test(String(msg)));
    expect(own[0]).toMatchObject({
      msg: 'export started',
      requestId: 'mine',
      sid: 'c',
      format: 'csv',
      caller: 'anonymous',
    });
    expect(own[1]).toMatchObject({
      msg: 'export ended',
      requestId: 'mine',
      outcome: 'complete',
      rows: 250,
      calls: 6,
    });
    expect(typeof own[1]?.['durationMs']).toBe('number');
    expect(JSON.stringify(own)).not.toMatch(/9876543210|m0/);
  });
});

describe('callers of exports', () => {
  let keys: KeysFile;
  let guarded: GatewayUnderTest;

  beforeAll(async () => {
    keys = await keysForScopes();
    guarded = await startGatewayOn(upstream.baseUrl, {
      ...keys.environment,
      CORS_ORIGINS: 'https://desk.example',
      MAX_REQUESTS_PER_MINUTE: '20',
    });
  });
  afterAll(async () => {
    await guarded.close();
    await keys.remove();
  });
  const viewer = showing(['campaigns:read']);
  const reader = showing(['campaigns:read', 'messages:read']);

  it('need a key with messages:read', async () => {
    const url = `${guarded.url}/campaigns/c/messages`;
    expect(await getExport(url)).toMatchObject({ status: 401, headers: { 'www-authenticate': 'Bearer' } });
    const forbidden = await getExport(url, viewer);
    expect(forbidden.status).toBe(403);
    expect(JSON.parse(forbidden.text)).toMatchObject({
      errors: [{ extensions: { code: 'FORBIDDEN', scopes: ['messages:read'] } }],
    });
    expect(upstream.calls).toEqual([]);
    const allowed = await getExport(url, { ...reader, origin: 'https://desk.example' });
    expect(allowed.status).toBe(200);
    expect(allowed.headers).toMatchObject({ 'access-control-allow-origin': 'https://desk.example' });
    expect((await getExport(url, { ...reader, origin: 'https://evil.example' })).status).toBe(403);
  });

  it('are counted among the requests of their caller', async () => {
    const url = `${guarded.url}/campaigns/c/messages?status=no`;
    const statuses = [];
    for (let count = 0; count < 21; count += 1) statuses.push((await getExport(url, viewer)).status);
    expect(new Set(statuses)).toEqual(new Set([403, 429]));
  });
});
