import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { entryOf, writeKeys } from '../../../support/clients/callers.js';
import { requestAccess } from '../../../support/clients/access-request.js';
import { validInput } from '../../../support/writing/valid-input.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let fault: Fault | undefined;
const start = async (environment: Readonly<Record<string, string>> = {}): Promise<void> => {
  gateway = await startGatewayOn(sandbox.baseUrl, environment);
};
beforeEach(async () => {
  fault = undefined;
  sandbox = await startSandbox({ ...credentials, faults: () => fault });
});
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

it.each([
  ['at another address', '/x', ''],
  ['from another origin', '/graphql', 'origin: http://evil.example\r\n'],
  [
    'that is let in',
    '/graphql',
    'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
  ],
])(
  'a client that requests a WebSocket %s and disconnects affects no other connection',
  async (_what, path, headers) => {
    await start();
    const { port } = new URL(gateway.url);
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
      await once(socket, 'connect');
      const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\n';
      socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n${upgrade}${headers}\r\n`);
      socket.resetAndDestroy();
      const { statusCode, body } = await request(`${gateway.url}/livez`);
      await body.dump();
      expect(statusCode).toBe(200);
    }
  },
);

/** A client that was let in. */
async function open(payload: object): Promise<WebSocket> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  const acknowledged = once(socket, 'message');
  socket.send(JSON.stringify({ type: 'connection_init', payload }));
  await acknowledged;
  return socket;
}

const ask = (socket: WebSocket, id: number, query: string, variables = {}): void => {
  socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query, variables } }));
};

it('more operations than a WebSocket may have at a time close it, and none of the others runs', async () => {
  fault = { kind: 'hang' };
  await start({ SHUTDOWN_GRACE_MS: '200' });
  const socket = await open({});
  for (let index = 0; index < 400; index += 1) ask(socket, index, `{ campaign(sid: "x${index}") { name } }`);
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(4430);
  await gateway.close();
  expect(sandbox.calls.length).toBeLessThanOrEqual(101);
});

it('operations on a WebSocket whose API key was removed do not run, even if the client keeps it open', async () => {
  const keys = await writeKeys([entryOf('writer', 'key-of-writer', ['campaigns:write'])]);
  await start({ AUTH_MODE: 'api-key', API_KEYS_FILE: keys.path });
  const socket = await open({ apiKey: 'key-of-writer' });
  socket.pause(); // it hears of nothing
  await keys.replace([]);
  const headers = { 'x-api-key': 'key-of-writer' };
  const giveUpAt = performance.now() + 10_000;
  while ((await requestAccess(gateway, headers)).status !== 401 && performance.now() < giveUpAt);
  const create = `mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }`;
  ask(socket, 1, create, { input: validInput });
  socket.resume();
  await once(socket, 'close');
  await gateway.close();
  expect(sandbox.calls.filter(({ method }) => method === 'POST')).toEqual([]);
  await keys.remove();
});
