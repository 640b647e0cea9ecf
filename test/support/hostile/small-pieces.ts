import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';

const json = 'host: localhost\r\ncontent-type: application/json\r\n';
const upgrade =
  'host: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';
const handshake =
  'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n';
/** A frame of one space, masked with zeros, after which others follow. */
const frame = (opcode: number): Buffer => Buffer.from([opcode, 0x81, 0, 0, 0, 0, 0x20]);

/** Bodies that come in chunks of one byte and never end: the receiver's parser makes an object for each chunk. */
export function sendSmallChunks(port: number): Promise<Socket[]> {
  const start = Buffer.from(`POST /graphql HTTP/1.1\r\n${json}transfer-encoding: chunked\r\n\r\n`);
  return sendAll(port, 90, Buffer.concat([start, ...repeated(60_000, Buffer.from('1\r\n{\r\n'))]));
}

/** Messages over WebSockets that come in frames of one byte and never end. */
export function sendSmallFrames(port: number): Promise<Socket[]> {
  const start = Buffer.from(`GET /graphql HTTP/1.1\r\n${upgrade}${handshake}\r\n`);
  const [text, continuation] = [1, 0];
  return sendAll(port, 900, Buffer.concat([start, frame(text), ...repeated(15_000, frame(continuation))]));
}

function repeated(count: number, piece: Buffer): Buffer[] {
  return Array.from({ length: count }, () => piece);
}

/** @returns the connections, once the receiver has had some time for what was sent. */
async function sendAll(port: number, connections: number, bytes: Buffer): Promise<Socket[]> {
  const send = async (): Promise<Socket> => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    socket.resume();
    if (!socket.write(bytes))
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]).catch(() => []);
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: connections }, send));
  await sleep(3000);
  return sockets;
}

/** Connections that are opened without a pause. */
const atOnce = 100;
/** Longest wait for a receiver that reads no further. */
const paceMs = 200;

/** After each hundredth connection, waits until the receiver has taken what the last hundred have sent, or has ended them. */
export async function pace(sockets: readonly (Socket | WebSocket)[], index: number): Promise<void> {
  if (index % atOnce !== atOnce - 1) return;
  const last = sockets.slice(-atOnce);
  const giveUpAt = performance.now() + paceMs;
  while (performance.now() < giveUpAt && !last.every(isTaken)) await sleep(5);
}

function isTaken(socket: Socket | WebSocket): boolean {
  if (!(socket instanceof WebSocket))
    return socket.destroyed || !(socket.connecting || socket.writableLength);
  const { readyState, CONNECTING, OPEN, bufferedAmount } = socket;
  return readyState !== CONNECTING && (readyState !== OPEN || bufferedAmount === 0);
}
