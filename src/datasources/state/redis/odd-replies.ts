import { type Redis } from 'ioredis';
import { type z } from 'zod';

/** Said by ioredis of a reply that no command is waiting for. */
const outOfStep = /^Command queue state error/;

/**
 * Opens a connection anew after a reply that can't be right: one that no command waits for, or a message of a channel that lacks
 * a part. Without this, ioredis 5 gives later replies to the wrong commands, and a nil among them ends the process: the error is thrown
 * where no code of ours can catch it.
 * @param report called with the error, once for each connection.
 */
export function reconnectAfterStrayReplies(client: Redis, report: (error: unknown) => void): void {
  client.on('error', (error: Error) => {
    if (outOfStep.test(error.message)) client.disconnect(true);
  });
  client.on('connect', () => {
    const { stream } = client;
    for (const read of stream.listeners('data') as ((chunk: Buffer) => void)[]) {
      stream.off('data', read);
      stream.prependListener('data', (chunk: Buffer) => {
        try {
          read.call(stream, chunk);
        } catch (error) {
          report(error);
          client.disconnect(true);
        }
      });
    }
  });
}

/** A reply that a command does not have: it is another program's at the address, or belongs to another command. */
export class OddReply extends Error {
  override readonly name = 'OddReply';
}

/**
 * The reply of a command that has this shape.
 * @throws OddReply for any other: the command counts as not answered.
 */
export function checkedReply<T>(shape: z.ZodType<T>, reply: unknown): T {
  const { data, success } = shape.safeParse(reply);
  if (!success) throw new OddReply('Redis sent a reply that its command does not have.');
  return data;
}
