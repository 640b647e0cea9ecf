import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { ask } from '../../support/clients/ask.js';
import { entryOf, writeKeys } from '../../support/clients/callers.js';
import { diwali, createdSid } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { everyTransport, run } from '../../support/clients/every-transport.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { linesOf, type LogLine } from '../../support/gateway/log-lines.js';
import { subscribe, transports, until } from '../../support/clients/subscribing.js';

const query = 'query Dashboard { campaigns(first: 1) { totalCount } }';
const completed = 'operation completed';
const info = 30;
const aNumber = expect.any(Number) as unknown;
const aText = expect.any(String) as unknown;
const named = { 'apollographql-client-name': 'web', 'apollographql-client-version': '1.2.0' };

/** The line without what pino adds to each. */
function factsOf(line: LogLine | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(line ?? {}).filter(([name]) => name !== 'time' && name !== 'msg'));
}

describe('an operation is one line at info', () => {
  it.each(everyTransport)('over %s', async (transport) => {
    const { gateway } = await setup({ gateway: { environment: { LOG_LEVEL: 'info' } } });
    await run(gateway.url, transport, { query });
    await until(() => linesOf(gateway, completed).length > 0);
    expect(linesOf(gateway, completed).map(factsOf)).toEqual([
      {
        level: info,
        requestId: aText,
        caller: 'anonymous',
        durationMs: aNumber,
        operation: { type: 'query', name: 'Dashboard', transport, outcome: 'ok' },
        upstreamCalls: 1,
        fromCache: false,
      },
    ]);
  });

  it('with its client, and whether it came from the cache', async () => {
    const { gateway } = await setup();
    for (let time = 0; time < 3; time += 1) await ask(gateway, query, { headers: named });
    await ask(gateway, `${query} # another text, the same entry`);
    await ask(gateway, '{ __typename }');
    const lines = linesOf(gateway, completed);
    expect(lines.map(({ upstreamCalls, fromCache }) => [upstreamCalls, fromCache])).toEqual([
      [1, false],
      [0, true],
      [0, true],
      [0, true],
      [0, false],
    ]);
    expect(lines.map(({ client }) => client)).toEqual([
      ...Array<unknown>(3).fill({ name: 'web', version: '1.2.0' }),
      undefined,
      undefined,
    ]);
  });

  it.each([
    ['graphql-client-name', 'graphql-client-version'],
    ['apollographql-client-name', 'apollographql-client-version'],
  ])('with the client that %s names', async (name, version) => {
    const { gateway } = await setup();
    await ask(gateway, query, { headers: { [name]: 'ios', [version]: '7' } });
    await ask(gateway, query, { headers: { [version]: '8' } });
    expect(linesOf(gateway, completed).map(({ client }) => client)).toEqual([
      { name: 'ios', version: '7' },
      { version: '8' },
    ]);
  });

  it('with the name of its key, and never the key', async () => {
    const key = 'the-key-of-the-dashboard';
    const keys = await writeKeys([entryOf('dashboard', key, ['campaigns:read'])]);
    const { gateway } = await setup({ gateway: { environment: keys.environment } });
    await ask(gateway, query, { headers: { 'x-api-key': key } });
    const asked = await subscribe(gateway.url, 'ws', query, {}, { 'x-api-key': key, ...named });
    await until(() => asked.hasEnded());
    await keys.remove();
    const lines = linesOf(gateway, completed);
    expect(lines.map(({ caller }) => caller)).toEqual(['dashboard', 'dashboard', 'dashboard']);
    expect(lines[1]).toMatchObject({ client: { name: 'web', version: '1.2.0' } });
    expect(gateway.logs.join('')).not.toContain(key);
  });

  it('but not at LOG_LEVEL=warn', async () => {
    const { gateway } = await setup({ gateway: { environment: { LOG_LEVEL: 'warn' } } });
    await ask(gateway, query);
    await ask(gateway, '{ nothing }');
    await createdSid(gateway, diwali);
    await gateway.close();
    expect(gateway.logs).toEqual([]);
  });
});

describe('a text of a client', () => {
  it('is cut, and cannot pretend to be another line', async () => {
    const { gateway } = await setup();
    const socket = await subscribe(
      gateway.url,
      'ws',
      `query ${'N'.repeat(300)} { __typename }`,
      {},
      {
        'apollographql-client-name': 'web\n{"level":60}\u202e\u0085\u2028\ud800',
        'graphql-client-version': 'v'.repeat(9000),
      },
    );
    await until(() => socket.hasEnded());
    await ask(gateway, query, { headers: { 'graphql-client-name': 'a\tb\u009b31m' } });
    const lines = linesOf(gateway, completed);
    expect(lines[0]).toMatchObject({
      operation: { name: `${'N'.repeat(64)}…` },
      client: { name: 'web\ufffd{"level":60}\ufffd\ufffd\ufffd\ufffd' },
    });
    expect(lines.at(-1)).toMatchObject({ client: { name: 'a\ufffdb\ufffd31m' } });
    for (const line of gateway.logs) expect(line.trimEnd()).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
  });

  it('that is not a name is not logged as the name of an operation', async () => {
    const { gateway } = await setup();
    for (const operationName of ['+91 98765 43210', 'Dashboard', 'x'.repeat(100_000)])
      await gateway.send({ query: '{ nothing }', operationName });
    expect(linesOf(gateway, completed).map(({ operation }) => (operation as { name?: string }).name)).toEqual(
      [undefined, 'Dashboard', `${'x'.repeat(64)}…`],
    );
  });
});

const form = { 'content-type': 'application/json' };
const posted = (body: string, headers: Record<string, string> = {}) => ({
  method: 'POST' as const,
  headers: { ...form, ...headers },
  body,
});
type Mistake = readonly [what: string, code: string, path: string, sent: Parameters<typeof request>[1]];

describe("a client's mistake is at info, with its code:", () => {
  it.each<Mistake>([
    [
      'a document that is invalid',
      'GRAPHQL_VALIDATION_FAILED',
      '/graphql',
      posted('{"query":"{ nothing }"}'),
    ],
    ['an invalid document', 'GRAPHQL_PARSE_FAILED', '/graphql', posted('{"query":"{"}')],
    [
      'an argument',
      'BAD_USER_INPUT',
      '/graphql',
      posted('{"query":"{ campaigns(first: -1) { totalCount } }"}'),
    ],
    ['no operation', 'BAD_REQUEST', '/graphql', posted('{}')],
    ['no JSON', 'BAD_REQUEST', '/graphql', posted('{bad')],
    ['too large a body', 'BAD_REQUEST', '/graphql', posted('x'.repeat(300_000))],
    ['another address', 'NOT_FOUND', '/nowhere', undefined],
  ])('%s', async (_what, code, path, sent) => {
    const { gateway } = await setup();
    const answer = await request(gateway.url + path, sent);
    await answer.body.dump();
    await until(() => codesIn(gateway).length > 0);
    expect(codesIn(gateway)).toEqual([[info, code]]);
  });

  it('credentials over HTTP and over WebSocket, and too many requests', async () => {
    const keys = await writeKeys([entryOf('dashboard', 'the-key-of-the-dashboard', ['campaigns:read'])]);
    const environment = { ...keys.environment, MAX_REQUESTS_PER_MINUTE: '1' };
    const { gateway } = await setup({ gateway: { environment } });
    const headers = { 'x-api-key': 'the-key-of-the-dashboard' };
    await ask(gateway, query, { headers: { 'x-api-key': 'wrong' } });
    await subscribe(gateway.url, 'ws', query, {}, { 'x-api-key': 'wrong' }).catch(() => undefined);
    await ask(gateway, query, { headers });
    await ask(gateway, query, { headers });
    await keys.remove();
    await until(() => codesIn(gateway).length > 2);
    expect(codesIn(gateway)).toEqual([
      [info, 'UNAUTHENTICATED'],
      [info, 'UNAUTHENTICATED'],
      [info, 'TOO_MANY_REQUESTS'],
    ]);
  });
});

/** Level and code of every line with a code, and of every line above info. */
function codesIn(gateway: GatewayUnderTest): unknown[][] {
  return linesOf(gateway)
    .map(({ level, code, codes }) => [level, code ?? (codes as string[] | undefined)?.[0]])
    .filter(([level, code]) => code !== undefined || Number(level) > info);
}

/** Lines of operations with the name Watch over this transport; a WebSocket's subscriber also asks over others. */
function watching(gateway: GatewayUnderTest, transport: string, message: string): LogLine[] {
  return linesOf(gateway, message).filter(({ operation }) => {
    const { name, transport: over } = operation as Record<string, string>;
    return name === 'Watch' && over === transport;
  });
}

describe.each(transports)('a subscription over %s', (transport) => {
  it('is a line at its start and one at its end', async () => {
    const { gateway } = await setup({ gateway: { environment: { LOG_LEVEL: 'info' } } });
    const sid = await createdSid(gateway, diwali);
    const watch =
      'subscription Watch($sid: ID!) { campaignUpdated(sid: $sid, sendCurrent: true) { status } }';
    const subscriber = await subscribe(gateway.url, transport, watch, { sid });
    await subscriber.next(1);
    const [started] = watching(gateway, transport, 'subscription started');
    expect(watching(gateway, transport, 'subscription ended')).toEqual([]);
    await subscriber.close();
    await until(() => watching(gateway, transport, 'subscription ended').length > 0);
    const operation = { type: 'subscription', name: 'Watch', transport };
    expect(factsOf(started)).toMatchObject({ level: info, operation: { ...operation, outcome: 'ok' } });
    expect(watching(gateway, transport, 'subscription ended').map(factsOf)).toEqual([
      {
        level: info,
        requestId: started?.requestId,
        caller: 'anonymous',
        durationMs: aNumber,
        operation,
        events: 1,
      },
    ]);
  });

  it('that is refused is one line, with the code', async () => {
    const { gateway } = await setup();
    const watch = 'subscription Watch { campaignUpdated(sid: "") { status } }';
    const subscriber = await subscribe(gateway.url, transport, watch);
    await until(() => subscriber.hasEnded());
    expect(watching(gateway, transport, completed)).toMatchObject([
      { level: info, operation: { outcome: 'failed' }, codes: ['BAD_USER_INPUT'] },
    ]);
    expect(watching(gateway, transport, 'subscription started')).toEqual([]);
  });
});

it('start and stop are lines', async () => {
  const { gateway } = await setup();
  await gateway.close();
  const [started, ...more] = linesOf(gateway);
  expect(factsOf(started)).toEqual({
    level: info,
    version: aText,
    node: process.version,
    address: gateway.url,
    upstream: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as unknown,
    auth: 'none',
    cache: 'on',
    redis: 'off',
  });
  expect(started?.msg).toBe('gateway started');
  expect(more.map(({ msg }) => msg)).toEqual(['gateway stopping', 'gateway stopped']);
});
