import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { CoalescedRequest } from '../../../../src/server/connections/coalesced-request.js';

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

it.each([1, 100, 2047])('a body in chunks of %i bytes comes in pieces of 16 KB', async (length) => {
  const chunk = Buffer.alloc(length, 'x');
  const received = await send(Array.from({ length: Math.ceil(100_000 / length) }, () => chunk));
  expect(received.length).toBeLessThanOrEqual(9);
  expect(Buffer.concat(received).length).toBeGreaterThanOrEqual(100_000);
});

it('a body in one chunk is not copied: it comes in one piece', async () => {
  expect(await send([Buffer.from('{}')])).toEqual([Buffer.from('{}')]);
});

it('a body has the same bytes in the same order, whatever its chunks are', async () => {
  const chunk = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 3 }),
    fc.uint8Array({ minLength: 1, maxLength: 3000, size: 'max' }),
    fc.integer({ min: 2000, max: 40_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(chunk, { maxLength: 40 }), async (chunks) => {
      const sent = chunks.map((bytes) => Buffer.from(bytes));
      expect(Buffer.concat(await send(sent)).equals(Buffer.concat(sent))).toBe(true);
    }),
    { numRuns: 60 },
  );
});
