import { type IncomingMessage, type Server } from 'node:http';
import { type Socket } from 'node:net';

/** Connections take memory before they say anything; busy programs open a few hundred at once. */
const usualMaximum = 1000;

/** Ends the oldest connection that has asked nothing yet where there are too many of them. */
export function limitSilentConnections(server: Server, maximum = usualMaximum): void {
  const silent = new Set<Socket>(); // in the order they came
  const hasSpoken = ({ socket }: IncomingMessage): void => {
    silent.delete(socket);
  };
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    if (silent.size <= maximum) return;
    for (const oldest of silent) {
      silent.delete(oldest);
      oldest.destroy();
      return;
    }
  });
  server.on('request', hasSpoken);
  server.on('upgrade', hasSpoken);
}
