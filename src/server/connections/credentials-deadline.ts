import { type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { onCredentialsEnd } from '../../auth/credentials-end.js';
import { type Caller } from '../../domain/requests/caller.js';

/** Time for a client to read the rest of a stream, or for a router to accept its end, once the credentials have ended. */
export const credentialsDeadlineMs = 2000;

/**
 * Resets the connection of a response that is still not read to its end some time after its caller's credentials have ended.
 * A client that reads little, or nothing, could otherwise keep it open.
 * @param now epoch milliseconds.
 * @returns must be called when the response is closed.
 */
export function endWithCredentials(
  { req: { socket } }: ServerResponse,
  caller: Caller,
  now: () => number,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancel = onCredentialsEnd(caller, now, () => {
    timer = resetLater(socket);
  });
  return () => {
    cancel();
    clearTimeout(timer);
  };
}

/** Resets a connection that is still open after the time for its client to read the rest. */
export function resetLater(socket: Socket): NodeJS.Timeout {
  const timer = setTimeout(() => socket.resetAndDestroy(), credentialsDeadlineMs).unref();
  socket.once('close', () => {
    clearTimeout(timer);
  });
  return timer;
}
