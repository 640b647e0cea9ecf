import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { limitSilentConnections } from '../../../src/server/limits/silent-connections.js';
import { until } from '../../support/subscribing.js';

let server: Server;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer((_request, response) => response.end('ok'));
  limitSilentConnections(server, 2);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function opened(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  await new Promise((resolve) => socket.once('connect', resolve));
  return socket;
}

/** Asks once, and waits for the answer. */
async function speak(socket: Socket): Promise<void> {
  const answered = new Promise((resolve) => socket.once('data', resolve));
  socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
  await answered;
}

describe('connections that have asked nothing yet', () => {
  it('are ended, the oldest first, where there are too many', async () => {
    const [oldest, next] = [await opened(), await opened()];
    await opened();
    await until(() => oldest.destroyed);
    await speak(next);
  });

  it('are not those that have asked', async () => {
    const asked = await opened();
    await speak(asked);
    for (let count = 0; count < 4; count += 1) await opened();
    await until(() => sockets.filter(({ destroyed }) => destroyed).length === 2);
    await speak(asked);
    expect(asked.destroyed).toBe(false);
  });
});
