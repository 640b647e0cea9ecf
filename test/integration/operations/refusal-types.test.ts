import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import {
  type ClientAnswer,
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const json = 'application/json; charset=utf-8';
const graphqlJson = 'application/graphql-response+json; charset=utf-8';

/** Longer than the tests: one holds a connection by a request whose body does not end. */
const clientTimeouts = { headersMs: 300_000, requestMs: 300_000, checkEveryMs: 1000 };

interface Refusal {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  /** Undefined: not compared. */
  readonly message?: string;
  /** The gateway that refuses; undefined: one with the usual settings. */
  readonly at?: 'keys' | 'busy' | 'full';
  readonly path?: string;
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** `Accept` headers, and the media type of errors. */
const accepts = [
  { accept: undefined, type: json },
  { accept: '', type: json },
  { accept: '*/*', type: json },
  { accept: 'application/*', type: json },
  { accept: 'text/html', type: json },
  { accept: 'application/json', type: json },
  { accept: 'application/json, application/graphql-response+json;q=0.9', type: json },
  { accept: 'application/graphql-response+json;q=0, */*', type: json },
  { accept: 'application/graphql-response+json-seq', type: json },
  { accept: 'application/graphql-response+json', type: graphqlJson },
  { accept: 'application/graphql-response+json; charset=utf-8', type: graphqlJson },
  { accept: 'Application/GraphQL-Response+JSON ; q=0.1', type: graphqlJson },
  // Apollo Client 4
  { accept: 'application/graphql-response+json,application/json;q=0.9', type: graphqlJson },
  // urql
  {
    accept:
      'application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed',
    type: graphqlJson,
  },
];

/** Requests that are refused before they are operations, or instead. */
const refusals: readonly Refusal[] = [
  { what: 'no key', status: 401, code: 'UNAUTHENTICATED', at: 'keys' },
  {
    what: 'a wrong key',
    status: 401,
    code: 'UNAUTHENTICATED',
    at: 'keys',
    headers: { 'x-api-key': 'wrong' },
  },
  { what: 'no key for a stream', status: 401, code: 'UNAUTHENTICATED', at: 'keys', path: '/graphql/stream' },
  { what: 'too many requests', status: 429, code: 'TOO_MANY_REQUESTS', at: 'busy' },
  {
    what: 'too many requests of streams',
    status: 429,
    code: 'TOO_MANY_REQUESTS',
    at: 'busy',
    path: '/graphql/stream',
  },
  { what: 'another host', status: 403, code: 'FORBIDDEN', headers: { host: 'evil.example' } },
  { what: 'an unknown path', status: 404, code: 'NOT_FOUND', path: '/graphqll' },
  { what: 'a broken path', status: 400, code: 'BAD_REQUEST', path: '/%zz' },
  { what: 'an unknown method', status: 405, code: 'BAD_REQUEST', method: 'DELETE' },
  { what: 'a large body', status: 413, code: 'BAD_REQUEST', body: ' '.repeat(60_001) },
  {
    what: 'a form',
    status: 415,
    code: 'BAD_REQUEST',
    message: 'Send content-type: application/json.',
    headers: { 'content-type': 'text/plain' },
  },
  {
    what: 'a compressed body',
    status: 415,
    code: 'BAD_REQUEST',
    message: 'The body must not be compressed.',
    headers: { 'content-encoding': 'gzip' },
  },
  ...['utf-16', 'latin1', '"ISO-8859-1"'].map((charset) => ({
    what: `a body of the charset ${charset}`,
    status: 415,
    code: 'BAD_REQUEST',
    message: 'The charset of the body must be utf-8.',
    headers: { 'content-type': `application/json;charset=${charset}` },
  })),
  {
    what: 'a body that is no JSON',
    status: 400,
    code: 'BAD_REQUEST',
    message: 'The request body is not valid JSON, or exceeds 100 levels or 10000 members of an object.',
    body: '{',
  },
  {
    what: 'a GET without a query',
    status: 400,
    code: 'BAD_REQUEST',
    message: 'Send a query: POST {"query": "{ __typename }"} with content-type: application/json.',
    method: 'GET',
    headers: { 'content-type': 'text/plain' },
  },
  {
    what: 'a GET that may be forged',
    status: 400,
    code: 'BAD_REQUEST',
    method: 'GET',
    path: '/graphql?query={__typename}',
    headers: { 'sec-fetch-site': 'cross-site', 'content-type': 'text/plain' },
  },
  { what: 'an unknown expectation', status: 417, code: 'BAD_REQUEST', headers: { expect: 'miracles' } },
  {
    what: 'a body that needs too much memory',
    status: 503,
    code: 'OVERLOADED',
    body: `[${'{},'.repeat(16_000)}0]`,
  },
  { what: 'one connection too many', status: 503, code: 'OVERLOADED', at: 'full' },
];

let sandbox: Sandbox;
let keys: KeysFile;
const gateways = new Map<Refusal['at'], GatewayUnderTest>();
let held: Socket;
beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  keys = await writeKeys([entryOf('page', 'key-of-the-page', ['campaigns:read'])]);
  const start = async (at: Refusal['at'], environment: Readonly<Record<string, string>>) =>
    gateways.set(
      at,
      await startGatewayOn(sandbox.baseUrl, environment, undefined, undefined, {
        heapBytes: 8 * 1024 ** 2,
        clientTimeouts,
      }),
    );
  await start(undefined, { MAX_BODY_BYTES: '60000' });
  await start('keys', keys.environment);
  await start('busy', { MAX_REQUESTS_PER_MINUTE: '1' });
  await start('full', { MAX_CONNECTIONS: '1' });
  await send({ what: 'the one request', status: 200, code: '', at: 'busy' });
  held = connect(Number(new URL(urlOf('full')).port), '127.0.0.1');
  held.write(
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n',
  );
  await once(held, 'connect');
});
afterAll(async () => {
  held.destroy();
  for (const gateway of gateways.values()) await gateway.close();
  await keys.remove();
  await sandbox.close();
});

const urlOf = (at: Refusal['at']): string => gateways.get(at)?.url ?? '';

/** Sends a request as it is; a client of HTTP would correct some of these. */
async function send(
  { at, path = '/graphql', method = 'POST', headers, body = '{"query":"{ __typename }"}' }: Refusal,
  accept?: string,
) {
  const socket = connect(Number(new URL(urlOf(at)).port), '127.0.0.1');
  const all = {
    host: 'localhost',
    'content-type': 'application/json',
    'content-length': method === 'GET' ? 0 : body.length,
    connection: 'close',
    ...(accept !== undefined && { accept }),
    ...headers,
  };
  const head = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`${method} ${path} HTTP/1.1\r\n${head.join('')}\r\n${method === 'GET' ? '' : body}`);
  const [start = '', text = ''] = (await readText(socket)).split('\r\n\r\n');
  const answered = new Map(
    start
      .split('\r\n')
      .map((line) => [line.split(': ')[0]?.toLowerCase(), line.slice(line.indexOf(': ') + 2)]),
  );
  return {
    status: Number(start.split(' ')[1]),
    type: answered.get('content-type'),
    vary: answered.get('vary') ?? '',
    errors: (JSON.parse(text) as ClientAnswer<unknown>).errors ?? [],
  };
}

describe.each(refusals)('the response to $what', (refusal) => {
  const { status, code, message } = refusal;
  const error = { extensions: { code }, ...(message !== undefined && { message }) };

  it.each(accepts)('is $type for clients that accept $accept', async ({ accept, type }) => {
    expect(await send(refusal, accept)).toMatchObject({ status, type, errors: [error] });
  });

  it('depends on Accept, and says so', async () => {
    if (refusal.at === 'full') return; // never stored: it has no-store
    expect((await send(refusal)).vary.split(', ')).toContain('accept');
  });
});

it.each(['%FF', '%E0%A4', '%', '%zz'])('a GET with the escapes %j is refused', async (escapes) => {
  const path = `/graphql?query={__typename}%23${escapes}`;
  const { status, errors } = await send({
    what: 'a GET',
    status: 400,
    code: 'BAD_REQUEST',
    method: 'GET',
    path,
  });
  expect(status).toBe(400);
  expect(errors).toMatchObject([
    { message: 'The query string has a percent sign that begins no escape, or escapes that are not UTF-8.' },
  ]);
});
