import { type ServerResponse } from 'node:http';
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
    timer = setTimeout(() => socket.resetAndDestroy(), credentialsDeadlineMs).unref();
  });
  return () => {
    cancel();
    clearTimeout(timer);
  };
}
