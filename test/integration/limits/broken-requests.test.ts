import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  const clientTimeouts = { headersMs: 200, requestMs: 400, checkEveryMs: 50 };
  gateway = await startGatewayOn(sandbox.baseUrl, {}, undefined, undefined, { clientTimeouts });
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

const post = 'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';
const chunked = `${post}transfer-encoding: chunked\r\n\r\n`;

it.each([
  ['is no HTTP', 400, 'hello\r\n\r\n'],
  ['has two lengths', 400, `${post}content-length: 1\r\ncontent-length: 2\r\n\r\n{}`],
  ['has a length and chunks', 400, `${post}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`],
  ['has a chunk of no length', 400, `${chunked}nonsense\r\n{}\r\n0\r\n\r\n`],
  ['has a chunk that is longer than it says', 400, `${chunked}1\r\n{}\r\n0\r\n\r\n`],
  ['has headers beyond all measure', 431, `${post}x: ${'x'.repeat(20_000)}\r\n\r\n`],
  ['has more headers than any client', 431, `${post}${'x: 1\r\n'.repeat(99)}\r\n`],
  ['is HTTP/1.0 with chunks', 400, chunked.replace('1.1', '1.0')],
  [
    'is HTTP/1.0 with chunks, and keeps its connection',
    400,
    `${post.replace('1.1', '1.0')}connection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  [
    'has a transfer coding that is not known',
    501,
    `${post}transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['has chunks of chunks', 400, `${post}transfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n`],
  [
    'has chunks twice',
    400,
    `${post}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
  ],
  ['has a coding that does not exist', 501, `${post}transfer-encoding: identity\r\n\r\n{}`],
  ['never ends', 408, `${post}content-length: 100\r\n\r\n{`],
])('a request that %s gets %i with a GraphQL error, and the connection ends', async (_what, status, said) => {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').setEncoding('utf8');
  socket.write(said);
  const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n');
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
  expect(JSON.parse(body)).toEqual({
    errors: [{ message: expect.any(String), extensions: { code: 'BAD_REQUEST' } }],
  });
  expect(body).not.toMatch(/HPE_|ERR_|Parse/);
  expect(sandbox.calls).toEqual([]);
});

it('a large body and one in chunks that stall get a 408 too, however rarely Node checks for late requests', async () => {
  const clientTimeouts = { headersMs: 200, requestMs: 400, checkEveryMs: 2500 };
  const seldom = await startGatewayOn(sandbox.baseUrl, {}, undefined, undefined, { clientTimeouts });
  const stalled = [`${chunked}1\r\n{\r\n`, chunked, `${post}content-length: 90000\r\n\r\n{`];
  const said = await Promise.all(stalled.map((part) => answered([part], seldom)));
  await seldom.close();
  expect(said.map((answer) => answer.slice(0, 13))).toEqual(stalled.map(() => 'HTTP/1.1 408 '));
});

/** All that comes on a connection until it ends. */
async function answered(parts: readonly string[], from = gateway): Promise<string> {
  const socket = connect(Number(new URL(from.url).port), '127.0.0.1').setEncoding('utf8');
  for (const part of parts) socket.write(part);
  return text(socket);
}

const asked = JSON.stringify({ query: '{ campaigns(first: 1) { totalCount } }' });
const whole = `${post}content-length: ${asked.length}\r\n\r\n${asked}`;

it('invalid bytes after a complete request do not replace its response, and end the connection', async () => {
  const said = await answered([whole, 'nonsense\r\n\r\n', 'and more of it\r\n\r\n']);
  expect(said).toMatch(/^HTTP\/1\.1 200 /);
  expect(said).toContain('{"data":{"campaigns":{"totalCount":0}}');
  expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

it.each([
  [
    'HTTP/1.0',
    400,
    post.replace('1.1', '1.0') + 'connection: keep-alive\r\ntransfer-encoding: chunked\r\n\r\n',
  ],
  ['an unknown transfer coding', 501, `${post}transfer-encoding: gzip, chunked\r\n\r\n`],
])('what follows a body in chunks with %s is not taken for a request', async (_what, status, head) => {
  const body = `${asked.length.toString(16)}\r\n${asked}\r\n0\r\n\r\n`;
  const calls = sandbox.calls.length;
  const said = await answered([head + body + whole]);
  expect([...said.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, code]) => Number(code))).toEqual([status]);
  expect(sandbox.calls).toHaveLength(calls);
});

it('invalid bytes after the request of an event stream end the stream without an error in it', async () => {
  const { sid } = sandbox.state.insert({ startsAt: Date.now() + 1_000_000 });
  const query = JSON.stringify({ query: `subscription { campaignUpdated(sid: "${sid}") { sid } }` });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1').setEncoding('utf8');
  let said = '';
  socket.on('data', (chunk: string) => {
    said += chunk;
    if (said.includes(':\n')) socket.write('nonsense\r\n\r\n'); // the stream has begun
  });
  const ended = once(socket, 'close');
  const head = post.replace('/graphql', '/graphql/stream');
  socket.write(`${head}accept: text/event-stream\r\ncontent-length: ${query.length}\r\n\r\n${query}`);
  await ended;
  expect(said).toMatch(/^HTTP\/1\.1 200 /);
  expect(said.match(/HTTP\/1\.1/g)).toHaveLength(1);
});

describe.each([
  ['a route', 'GET /livez'],
  ['GraphQL', 'GET /graphql?query=%7B__typename%7D'],
  ['an address without a route', 'GET /nowhere'],
])('the head of a request to %s', (_what, line) => {
  const end = 'connection: close\r\n\r\n';
  const upgrade = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';
  const noHost = [400, 'The request needs a Host header (RFC 9112, 3.2).'] as const;
  const expectation = [417, 'The request expects something other than 100-continue.'] as const;

  it.each([
    ['without a host', noHost, end],
    ['without a host, for a WebSocket', noHost, `${upgrade}sec-websocket-key: ${'x'.repeat(22)}==\r\n\r\n`],
    ['without a host, with an expectation', noHost, `expect: x\r\n${end}`],
    ['with an unknown expectation', expectation, `host: localhost\r\nexpect: x\r\n${end}`],
    ['with a further expectation', expectation, `host: localhost\r\nexpect: 100-continue, x\r\n${end}`],
    ['with an empty expectation', expectation, `host: localhost\r\nexpect:\r\n${end}`],
  ])('%s is refused with a GraphQL error', async (_which, [status, message], headers) => {
    const [head = '', body = ''] = (await answered([`${line} HTTP/1.1\r\n${headers}`])).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
    expect(JSON.parse(body)).toEqual({ errors: [{ message, extensions: { code: 'BAD_REQUEST' } }] });
  });
});

it('chunks in capitals are accepted', async () => {
  const body = `${asked.length.toString(16)}\r\n${asked}\r\n0\r\n\r\n`;
  const said = await answered([`${post}connection: close\r\ntransfer-encoding: Chunked\r\n\r\n${body}`]);
  expect(said).toMatch(/^HTTP\/1\.1 200 /);
});

it('Expect: 100-continue gets 100 Continue, then the response', async () => {
  const head = `${post}expect: 100-continue\r\nconnection: close\r\ncontent-length: ${asked.length}\r\n\r\n`;
  const text = await answered([head, asked]);
  expect(text).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
});

it('Expect in HTTP/1.0 is ignored', async () => {
  const text = await answered(['GET /livez HTTP/1.0\r\nhost: localhost\r\nexpect: x\r\n\r\n']);
  expect(text).toMatch(/^HTTP\/1\.1 200 /);
});
