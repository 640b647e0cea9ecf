import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { IncomingBytes } from '../../../../src/server/connections/incoming-bytes.js';

const messageMs = 12_000;
let server: Server;
let ended: string[];
let client: Socket;
let socket: Socket;
/** Bytes of the incomplete message. */
let received = 0;
let onMessage: () => void;

beforeEach(async () => {
  ended = [];
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
  [socket] = await accepted;
  const doNotFake = [
    'Date',
    'hrtime',
    'nextTick',
    'queueMicrotask',
    'setImmediate',
    'clearImmediate',
  ] as const;
  jest.useFakeTimers({ doNotFake: [...doNotFake, 'setTimeout', 'clearTimeout'] });
  const telemetry = { connectionEnded: (reason: string) => void ended.push(reason) };
  const options = { maximumBytes: 100_000, maximumMessageBytes: 50_000, messageMs, telemetry };
  onMessage = new IncomingBytes(options).follow(socket, () => received);
});
afterEach(() => {
  jest.useRealTimers();
  client.destroy();
  server.close();
});

/** The client sends; some of it may be incomplete. */
async function send(incompleteBytes: number): Promise<void> {
  received = incompleteBytes;
  client.write('bytes');
  await once(socket, 'data');
}

it('a client whose messages arrived together is not ended when it sends nothing after them', async () => {
  await send(300);
  received = 0;
  onMessage(); // the last of them is complete
  jest.advanceTimersByTime(10 * messageMs);
  expect([ended, socket.destroyed]).toEqual([[], false]);
});

it('a client that does not complete its message in time is ended', async () => {
  await send(300);
  onMessage(); // another one follows
  jest.advanceTimersByTime(messageMs + 2000);
  expect([ended, socket.destroyed]).toEqual([['slow'], true]);
});
