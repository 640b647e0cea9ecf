import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that reads only on demand. */
export interface RawClient {
  readonly socket: Socket;
  /** Text received so far, in Latin-1, so that a character is a byte. */
  readonly text: () => string;
  readonly hasEnded: () => boolean;
  /** Starts to read. */
  read(): void;
}

const open: Socket[] = [];

/** Opens a connection and sends a text. */
export async function openRaw(url: string, said = ''): Promise<RawClient> {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  open.push(socket);
  let text = '';
  let hasEnded = false;
  socket
    .on('error', () => undefined)
    .on('close', () => (hasEnded = true))
    .on('end', () => (hasEnded = true));
  await once(socket, 'connect');
  if (said !== '') socket.write(said);
  return {
    socket,
    text: () => text,
    hasEnded: () => hasEnded,
    read: () => {
      socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    },
  };
}

/** Closes all connections of a test. */
export function closeRaw(): void {
  for (const socket of open.splice(0)) socket.destroy();
}

/** A request to `/graphql`. */
export function graphqlRequest(body: object, headers: readonly string[] = [], path = '/graphql'): string {
  const text = JSON.stringify(body);
  const all = [
    'host: localhost',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
  ];
  return `POST ${path} HTTP/1.1\r\n${[...all, ...headers].join('\r\n')}\r\n\r\n${text}`;
}
