import { drainMs } from '../../../src/app/grace-period.js';
import { connect } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { closeNow } from '../../support/closing.js';
import { type RawData, WebSocket } from 'ws';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  callbackSettings,
  createWithCallbacks,
  subscribeToCampaign,
  subscribeToMessages,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { acceptsMultipart } from '../../support/clients/multipart.js';
import { type LiveTransport, postCallback, transports, until } from '../../support/clients/subscribing.js';

let at: number;
let shiftMs: number;
let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

async function start(now: () => number): Promise<void> {
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at, faults: () => fault },
    gateway: {
      now,
      environment: callbackSettings,
      clientTimeouts: { headersMs: 8000, requestMs: 12_000, checkEveryMs: 2000, readTimeoutMs: 240_000 },
    },
  }));
  ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 1000 }));
}
beforeEach(async () => {
  [at, shiftMs, fault] = [Date.now(), 0, undefined]; // nothing happens at the upstream but what the test does
  await start(() => Date.now() + shiftMs);
});

/** What keeps the process busy, of one kind. */
function busyWith(kind: 'TCPSocketWrap' | 'Timeout'): number {
  return process.getActiveResourcesInfo().filter((name) => name === kind).length;
}

/** A connection that a test can treat badly. */
interface Connection {
  readonly received: () => string;
  pause(): void;
  resume(): void;
  /** Shows that it is alive, though it does not read: a socket that answers no ping is closed. */
  readonly pong: () => void;
  cut(): void;
}

/** Opens a connection by hand, for what no client does. */
async function openBadly(transport: LiveTransport, query: string): Promise<Connection> {
  return transport === 'ws' ? openSocket(query) : openStream(query, transport);
}

async function openSocket(
  query: string,
  autoPong = true,
): Promise<Connection & { readonly socket: WebSocket }> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    autoPong,
  });
  let text = '';
  socket.on('message', (data: RawData) => (text += (data as Buffer).toString()));
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await until(() => text.includes('connection_ack'));
  socket.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query } }));
  return {
    socket,
    received: () => text,
    pause: () => {
      socket.pause();
    },
    resume: () => {
      socket.resume();
    },
    pong: () => {
      socket.pong();
    },
    cut: () => {
      socket.terminate();
    },
  };
}

async function openStream(query: string, transport: 'sse' | 'multipart'): Promise<Connection> {
  const { port } = new URL(gateway.url);
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1'))).on('error', () => undefined);
  const [path, accept] =
    transport === 'sse' ? ['/graphql/stream', 'text/event-stream'] : ['/graphql', acceptsMultipart];
  const head = `GET ${path}?${new URLSearchParams({ query }).toString()} HTTP/1.1\r\nhost: localhost\r\n`;
  await new Promise<void>((resolve) =>
    socket.write(`${head}accept: ${accept}\r\napollo-require-preflight: 1\r\n\r\n`, () => {
      resolve();
    }),
  );
  return {
    received: () => text,
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    pong: () => undefined, // an event stream is not asked
    cut: () => socket.destroy(),
  };
}

const toCampaign = (): string => `subscription { campaignUpdated(sid: "${sid}") { status } }`;

/** Fails where the gateway would still read the campaign, had it subscribers. */
async function expectNobodyIsPolledFor(): Promise<void> {
  const { sid: another } = sandbox.state.insert({ status: 'archived', audience: 1 });
  const other = await subscribeToCampaign(gateway, 'sse', another); // who comes has the gateway look at its clock
  sandbox.calls.splice(0);
  shiftMs += 30_000;
  await other.close();
  await (await subscribeToCampaign(gateway, 'sse', another)).close();
  await ask(gateway, '{ __typename }');
  expect(sandbox.calls).toEqual([]);
}

describe.each(transports)('over %s, unsubscribing frees all resources', (transport) => {
  it('of 200 subscribers', async () => {
    await (await subscribeToCampaign(gateway, transport, sid)).close();
    const before = { sockets: busyWith('TCPSocketWrap'), timers: busyWith('Timeout') };
    const subscribers = await Promise.all(
      Array.from({ length: 200 }, () => subscribeToCampaign(gateway, transport, sid)),
    );
    expect(busyWith('TCPSocketWrap')).toBeGreaterThanOrEqual(before.sockets + 200);
    await Promise.all(subscribers.map((subscriber) => subscriber.close()));
    await until(() => busyWith('TCPSocketWrap') <= before.sockets + 2, 60_000, 'that sockets are closed');
    await until(() => busyWith('Timeout') <= before.timers + 2, 60_000, 'that timers are cleared');
    await expectNobodyIsPolledFor();
  });

  it.each([
    ['after an event', 0],
    ['while the campaign is being read', 400],
  ])('also if the connection breaks %s', async (_what, delayMs) => {
    await ask(gateway, '{ __typename }');
    const before = busyWith('TCPSocketWrap');
    if (delayMs > 0) fault = { kind: 'delay', delayMs };
    const connection = await openBadly(transport, toCampaign());
    await until(() => sandbox.calls.length > 0);
    if (delayMs === 0) {
      await until(() => sandbox.calls[0]?.status === 200);
      await ask(gateway, `{ campaign(sid: "${sid}") { name } }`);
      sandbox.state.setStatus(sid, 'paused');
      await ask(gateway, `{ campaign(sid: "${sid}") { name } }`, {
        headers: { 'cache-control': 'no-cache' },
      });
      await until(() => connection.received().includes('PAUSED'));
    }
    connection.cut();
    await until(() => sandbox.calls.every(({ status }) => status === 200));
    fault = undefined;
    await until(() => busyWith('TCPSocketWrap') <= before + 2, 60_000, 'that the connection is gone');
    await expectNobodyIsPolledFor();
  });
});

it('subscribers that do not read delay no other, and get the newest 1,000 events at most', async () => {
  const one = await createWithCallbacks(gateway);
  const fast = await Promise.all(
    transports.map((transport) => subscribeToMessages(gateway, transport, one.sid)),
  );
  const long = Array.from({ length: 90 }, (_, index) => `${'n'.repeat(120)}${index}: number`).join(' ');
  const query = `subscription { messageStatusChanged(campaignSid: "${one.sid}") { messageSid ${long} } }`;
  const slow = await Promise.all(transports.map((transport) => openBadly(transport, query)));
  for (const [index, { received }] of slow.entries())
    if (transports[index] !== 'ws') await until(() => received().includes('200 OK'));
  await ask(gateway, '{ __typename }');
  for (const connection of slow) connection.pause();
  const life = setInterval(() => {
    for (const connection of slow) connection.pong();
  }, 1000);
  const number = '9'.repeat(30); // 3,000 of these, under so many names, are more than any socket holds
  for (let index = 0; index < 3000; index += 1)
    await postCallback(one.messageUrl, { ...messageCallback(one.sid, `<${index}>`, 'sent'), number });
  for (const subscriber of fast) {
    await subscriber.next(3000, 60_000);
    expect(subscriber.summaries()).toEqual(
      Array.from({ length: 3000 }, (_, index) => `<${index}> SENT sent`),
    );
  }
  clearInterval(life);
  for (const connection of slow) {
    connection.resume();
    await until(() => connection.received().includes('<2999>'), 60_000);
    const received = [...connection.received().matchAll(/<(\d+)>/g)].map(([, index]) => Number(index));
    expect(received.slice(-1000)).toEqual(Array.from({ length: 1000 }, (_, index) => 2000 + index));
    expect(received).toEqual([...received].sort((a, b) => a - b));
    expect(received.length).toBeLessThan(2000);
    connection.cut();
  }
}, 240_000);

it('a WebSocket that does not answer pings is closed within half a minute', async () => {
  await closeNow();
  const time = new HeldTimers();
  try {
    await start(() => time.now() + shiftMs); // the gateway's beat is in the test's time
    const { socket } = await openSocket(toCampaign(), false);
    let isClosed = false;
    socket.on('close', () => (isClosed = true));
    await time.pass(29_000);
    await until(() => isClosed);
  } finally {
    time.release();
  }
  await expectNobodyIsPolledFor();
});

describe('closing the gateway does not wait for subscribers, and frees', () => {
  it.each(transports)('its subscriptions over %s', async (transport) => {
    const before = busyWith('TCPSocketWrap');
    const subscribers = await Promise.all(
      Array.from({ length: 20 }, () => subscribeToCampaign(gateway, transport, sid)),
    );
    const from = performance.now();
    await gateway.close();
    expect(performance.now() - from).toBeLessThan(drainMs(10_000)); // the time that requests in flight have
    await until(() => subscribers.every((subscriber) => subscriber.hasEnded()));
    await until(() => busyWith('TCPSocketWrap') <= before + 2, 60_000, 'that sockets are closed');
  });

  it.each(transports)('a connection made by hand over %s', async (transport) => {
    const connection = await openBadly(transport, toCampaign());
    await until(() => sandbox.calls[0]?.status === 200);
    const from = performance.now();
    await gateway.close();
    expect(performance.now() - from).toBeLessThan(drainMs(10_000)); // the time that requests in flight have
    connection.cut();
  });
});
