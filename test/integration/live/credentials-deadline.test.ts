import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { entryOf, type KeysFile, writeKeys } from '../../support/clients/callers.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { closeRaw, graphqlRequest, openRaw } from '../../support/clients/raw-client.js';
import { type RouterUnderTest, startRouter } from '../../support/clients/router.js';
import { scrape } from '../../support/gateway/scraping.js';
import { until } from '../../support/clients/subscribing.js';

const anna = entryOf('anna', 'key-of-anna', ['campaigns:read', 'messages:read']);
const credentials = 'authorization: Bearer key-of-anna';
/** More than the two seconds of the gateway, and far less than the 20 of any client that does not read. */
const withinMs = 8000;

let keys: KeysFile;
let router: RouterUnderTest;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let subscription: string;

beforeEach(async () => {
  keys = await writeKeys({ keys: [anna] });
  router = await startRouter();
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => 0 }, // nothing happens at the upstream
    gateway: {
      environment: {
        ...keys.environment,
        EXOTEL_RATE_LIMIT: '0',
        SUBSCRIPTION_CALLBACK_ORIGINS: router.origin,
      },
    },
  }));
  const { sid } = sandbox.state.insert({ status: 'completed', audience: 500 });
  const fields = Array.from({ length: 20 }, (_, index) => `${'x'.repeat(1000)}${index}: status`);
  // An event of 10 MB: more than a system takes for a client that does not read.
  subscription = `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { messages(first: 500) { nodes { ${fields.join(' ')} } } } }`;
});
afterEach(async () => {
  closeRaw();
  await router.close();
  await keys.remove();
});

const unreadBytes = async (): Promise<number> =>
  (await scrape(gateway)).value('campaign_gateway_unread_bytes') ?? NaN;

/** Ends the credentials of a client with unread bytes. @returns when none are left, and its connection is gone. */
async function revokeUntilGone(): Promise<void> {
  await until(async () => (await unreadBytes()) > 64 * 1024);
  await keys.replace({ keys: [] });
  await until(async () => (await unreadBytes()) === 0, withinMs);
}

/** Connections of the gateway that were closed, not reset: the operating system goes on delivering their bytes (proc(5), FIN_WAIT1). */
function closedWithUnreadBytes(): string[] {
  const port = Number(new URL(gateway.url).port).toString(16).toUpperCase().padStart(4, '0');
  const connections = readFileSync('/proc/net/tcp', 'utf8').split('\n');
  return connections.filter((line) => {
    const [, , local, , state] = line.split(/\s+/);
    return local?.endsWith(`:${port}`) && state === '04';
  });
}

it.each(['text/event-stream', 'multipart/mixed;subscriptionSpec=1.0'])(
  'a stream (%s) that is not read is closed two seconds after the end of its credentials',
  async (accept) => {
    const client = await openRaw(
      gateway.url,
      graphqlRequest({ query: subscription }, [credentials, `accept: ${accept}`]),
    );
    await revokeUntilGone();
    client.read();
    await until(client.hasEnded);
  },
);

it('a WebSocket that is not read is reset two seconds after the end of its credentials', async () => {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { token: 'key-of-anna' } }));
  await once(socket, 'message');
  socket.pause();
  socket.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query: subscription } }));
  await revokeUntilGone();
  expect(closedWithUnreadBytes()).toEqual([]);
  socket.resume();
  await once(socket, 'close');
});

it('an export that is not read is closed two seconds after the end of its credentials', async () => {
  const { sid } = sandbox.state.insert({
    status: 'completed',
    audience: 6000,
    template: 'x'.repeat(2000), // 12 MB
  });
  const client = await openRaw(
    gateway.url,
    `GET /campaigns/${sid}/messages.ndjson HTTP/1.1\r\nhost: localhost\r\n${credentials}\r\n\r\n`,
  );
  await revokeUntilGone();
  client.read();
  await until(client.hasEnded);
});

it('a router that accepts no more messages loses its connections two seconds after the end of the credentials', async () => {
  const { sid } = sandbox.state.insert({ status: 'completed' });
  router.ignore(['next', 'complete']);
  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer key-of-anna' },
    body: JSON.stringify({
      query: `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { status } }`,
      extensions: router.extensions,
    }),
  });
  expect(answer.status).toBe(200);
  await until(() => router.received.some(({ action }) => action === 'next'));
  await keys.replace({ keys: [] });
  await until(() => router.received.some(({ action }) => action === 'complete'), withinMs);
  await until(() => router.waiting() === 0, withinMs);
  expect(router.received.map(({ action }) => action)).toEqual(['check', 'next', 'complete']);
});
