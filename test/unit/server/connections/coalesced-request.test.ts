import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CoalescedRequest } from '../../../../src/server/connections/incoming-bytes.js';

let server: Server;
let pieces: Buffer[] = [];

beforeAll(async () => {
  server = createServer({ IncomingMessage: CoalescedRequest }, (request, response) => {
    pieces = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => response.end('read'));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Sends a body in chunks. @returns the pieces in which the server gets it. */
async function send(chunks: readonly Buffer[]): Promise<readonly Buffer[]> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const answered = once(socket, 'data');
  socket.write('POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n');
  const lines = chunks.flatMap((chunk) => [Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, '\r\n']);
  socket.write(Buffer.concat([...lines, '0\r\n\r\n'].map((line) => Buffer.from(line))));
  await answered;
  socket.destroy();
  return pieces;
}

it('a body in chunks of one byte comes in pieces of 16 KB, with the same bytes', async () => {
  const body = Buffer.from(Array.from({ length: 100_000 }, (_, index) => index % 251));
  const received = await send(Array.from(body, (byte) => Buffer.from([byte])));
  expect(received.length).toBeLessThanOrEqual(9);
  expect(Buffer.concat(received).equals(body)).toBe(true);
});

it('large and small chunks keep their order, and a full buffer loses none', async () => {
  const chunks = Array.from({ length: 300 }, (_, index) =>
    Buffer.alloc(index % 7 === 0 ? 9000 : 5, index % 251),
  );
  expect(Buffer.concat(await send(chunks)).equals(Buffer.concat(chunks))).toBe(true);
});

it('a body in one chunk is not copied: it comes in one piece', async () => {
  expect(await send([Buffer.from('{}')])).toEqual([Buffer.from('{}')]);
});
