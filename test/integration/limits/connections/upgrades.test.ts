import { execFile, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { scrape } from '../../../support/gateway/scraping.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

/** Everything that a connection is sent until it ends, response by response. */
async function exchange(said: string): Promise<readonly { status: number; head: string; body: string }[]> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').setEncoding('utf8');
  socket.setTimeout(2000, () => socket.destroy());
  socket.write(said);
  const responses = (await text(socket)).split(/(?=HTTP\/1\.1 \d{3} )/);
  return responses.map((response) => {
    const [head = '', body = ''] = response.split('\r\n\r\n');
    return { status: Number(head.slice(9, 12)), head: head.toLowerCase(), body };
  });
}

const query = JSON.stringify({ query: '{ campaigns(first: 1) { totalCount } }' });
const body = '{"data":{"campaigns":{"totalCount":0}},"extensions":{"apolloCacheTags":["campaigns"]}}';
const offers: readonly (readonly [what: string, headers: string])[] = [
  [
    'h2c, as curl does',
    'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__',
  ],
  ['h2c alone', 'connection: upgrade\r\nupgrade: h2c'],
  ['several protocols', 'connection: keep-alive, Upgrade\r\nupgrade: h2c, TLS/1.3, foo/2'],
  ['a protocol that nobody knows', 'connection: Upgrade\r\nupgrade: x'],
];

describe('an Upgrade to a protocol other than WebSocket is ignored', () => {
  const early = 'GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n';

  it.each(offers)('%s, by POST, after another request', async (_what, headers) => {
    const [first, second, ...more] = await exchange(
      `${early}POST /graphql HTTP/1.1\r\nhost: localhost\r\n${headers}\r\ncontent-type: application/json\r\n` +
        `content-length: ${query.length}\r\n\r\n${query}`,
    );
    expect([first?.status, first?.body]).toEqual([200, '{"status":"ok"}']);
    expect([second?.status, second?.body]).toEqual([200, body]);
    expect(more).toEqual([]);
  });

  it.each(offers)('%s, by GET, and the request after it is not delayed', async (_what, headers) => {
    const [first, ...more] = await exchange(
      `GET /livez HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n\r\n${early}`,
    );
    expect([first?.status, first?.body]).toEqual([200, '{"status":"ok"}']);
    expect(first?.head).toContain('connection: close');
    expect(more).toEqual([]);
  });

  it.each(offers)('%s, by a POST in chunks', async (_what, headers) => {
    const [answer, ...more] = await exchange(
      `POST /graphql HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n` +
        `content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n` +
        `5\r\n${query.slice(0, 5)}\r\n${(query.length - 5).toString(16)}\r\n${query.slice(5)}\r\n0\r\n\r\n`,
    );
    expect([answer?.status, answer?.body]).toEqual([200, body]);
    expect(more).toEqual([]);
  });

  const curl = spawnSync('curl', ['--version'], { encoding: 'utf8' });
  const itWithCurl = /HTTP2/.test(curl.stdout) ? it : it.skip;
  itWithCurl('as curl --http2 sends it', async () => {
    const { stdout } = await promisify(execFile)('curl', [
      ...['-sS', '--http2', '-o', '-', '-w', ' %{http_code} %{http_version}'],
      ...['-H', 'content-type: application/json', '-d', query, `${gateway.url}/graphql`],
    ]);
    expect(stdout).toBe(`${body} 200 1.1`);
  });
});

const handshake = (path: string, headers: string, method = 'GET', version = '1.1'): string =>
  `${method} ${path} HTTP/${version}\r\nhost: localhost\r\nconnection: Upgrade\r\n${headers}\r\n\r\n`;
const socket13 = 'upgrade: websocket\r\nsec-websocket-version: 13';
const key = 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==';

describe('a request for a WebSocket', () => {
  it.each([
    ['at another path', 404, 'NOT_FOUND', handshake('/graphql/stream', `${socket13}\r\n${key}`)],
    ['at no path at all', 404, 'NOT_FOUND', handshake('/nothing', `${socket13}\r\n${key}`)],
    ['without a key', 400, 'BAD_REQUEST', handshake('/graphql', socket13)],
    ['with half a key', 400, 'BAD_REQUEST', handshake('/graphql', `${socket13}\r\nsec-websocket-key: abc`)],
    [
      'with an invalid list of protocols',
      400,
      'BAD_REQUEST',
      handshake('/graphql', `${socket13}\r\n${key}\r\nsec-websocket-protocol: ,;`),
    ],
    ['of no version', 426, 'BAD_REQUEST', handshake('/graphql', `upgrade: websocket\r\n${key}`)],
    [
      'of a version that is not served',
      426,
      'BAD_REQUEST',
      handshake('/graphql', `upgrade: websocket\r\nsec-websocket-version: 99\r\n${key}`),
    ],
    [
      'from another origin',
      403,
      'FORBIDDEN',
      handshake('/graphql', `${socket13}\r\n${key}\r\norigin: http://evil.example`),
    ],
  ])('%s is refused with %i %s, and its connection ends', async (_what, status, code, said) => {
    const [answer, ...more] = await exchange(said);
    expect(answer?.status).toBe(status);
    expect(JSON.parse(answer?.body ?? '')).toEqual({
      errors: [{ message: expect.any(String), extensions: { code } }],
    });
    expect(answer?.head).toContain('content-type: application/json; charset=utf-8');
    expect(answer?.head).toContain('x-content-type-options: nosniff');
    if (status === 426) expect(answer?.head).toContain('sec-websocket-version: 13');
    expect(more).toEqual([]);
  });

  it('that is refused is counted by its error code', async () => {
    const refused = async () =>
      (await scrape(gateway)).value('campaign_gateway_errors_total', { code: 'NOT_FOUND' }) ?? NaN;
    const before = await refused();
    await exchange(handshake('/nothing', `${socket13}\r\n${key}`));
    const after = await refused();
    expect(after - before).toBe(1);
  });

  it.each([
    [
      'by POST',
      `POST /nothing HTTP/1.1\r\nhost: localhost\r\nconnection: close, upgrade\r\n${socket13}\r\ncontent-length: 0\r\n\r\n`,
    ],
    ['in HTTP/1.0', handshake('/nothing', `${socket13}\r\n${key}`, 'GET', '1.0')],
  ])('%s is not an upgrade and gets an HTTP response', async (_what, said) => {
    const [answer] = await exchange(said);
    expect(answer?.status).toBe(404);
    expect(answer?.head).toContain('x-request-id: ');
  });

  it.each(['/graphql', 'http://localhost/graphql'])(
    'among other protocols is accepted, in any case: %s',
    async (target) => {
      const connection = connect(Number(new URL(gateway.url).port), '127.0.0.1').setEncoding('utf8');
      connection.write(
        handshake(
          target,
          `upgrade: h2c, WebSocket\r\nsec-websocket-version: 13\r\n${key}\r\nsec-websocket-protocol: graphql-transport-ws`,
        ),
      );
      const [said] = (await once(connection, 'data')) as [string];
      connection.destroy();
      expect(said).toMatch(/^HTTP\/1\.1 101 /);
      expect(said).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    },
  );

  it('never negotiates compression', async () => {
    const socket = new WebSocket(gateway.url.replace('http', 'ws') + '/graphql', 'graphql-transport-ws', {
      perMessageDeflate: true,
    });
    await once(socket, 'open');
    expect(socket.extensions).toBe('');
    socket.terminate();
  });
});

describe('after a request in work, in the same packet,', () => {
  const post =
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n` +
    `content-length: ${query.length}\r\n\r\n${query}`;
  const upgrade = handshake('/graphql', `${socket13}\r\n${key}`);

  it.each([
    ['a WebSocket', upgrade, 400],
    ['a WebSocket at another path', handshake('/nothing', `${socket13}\r\n${key}`), 400],
    ['a WebSocket with an invalid key', handshake('/graphql', socket13), 400],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n', 405],
  ])('%s is refused once the requests before it are answered', async (_what, said, status) => {
    const [first, second, third, ...more] = await exchange(`${post}${post}${said}more bytes`);
    for (const answer of [first, second]) expect([answer?.status, answer?.body]).toEqual([200, body]);
    expect([third?.status, JSON.parse(third?.body ?? '')]).toEqual([
      status,
      { errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }] },
    ]);
    expect(third?.head).toContain('connection: close');
    expect(more).toEqual([]);
  });

  it('a WebSocket ends an event stream', async () => {
    const { sid } = sandbox.state.insert({ startsAt: Date.now() + 1_000_000 });
    const body = JSON.stringify({ query: `subscription { campaignUpdated(sid: "${sid}") { sid } }` });
    const connection = connect(Number(new URL(gateway.url).port), '127.0.0.1').setEncoding('utf8');
    connection.write(
      post
        .replace('/graphql', '/graphql/stream')
        .replace('content-type', 'accept: text/event-stream\r\ncontent-type')
        .replace(/content-length[^]*$/, `content-length: ${body.length}\r\n\r\n${body}`),
    );
    await once(connection, 'data');
    connection.write(upgrade);
    expect(await text(connection)).not.toContain('HTTP/1.1');
  });
});

it('CONNECT gets 405, and its connection ends', async () => {
  const [answer, ...more] = await exchange('CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n');
  expect([answer?.status, more]).toEqual([405, []]);
  expect(answer?.head).toContain('allow: get, post');
});
