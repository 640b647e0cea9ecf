import { type Redis } from 'ioredis';
import { type z } from 'zod';

/** Message of ioredis for a reply that no command waits for. */
const outOfStep = /^Command queue state error/;

/** Streams that are being closed: the client would listen to the same one again for each call. */
const closing = new WeakSet<object>();

/** Reconnects. */
export function reopen(client: Redis): void {
  const { stream } = client as { readonly stream?: object };
  if (stream && closing.has(stream)) return;
  if (stream) closing.add(stream);
  client.disconnect(true);
}

/**
 * Reconnects after a reply that can't be right: one that no command waits for, or a message of a channel that lacks a part.
 * Otherwise ioredis 5 would give later replies to the wrong commands, and a nil among them would end the process, with an error
 * that no code of ours can catch.
 * @param report called with the error, once for each connection.
 */
export function reconnectAfterStrayReplies(client: Redis, report: (error: unknown) => void): void {
  client.on('error', (error: Error) => {
    if (outOfStep.test(error.message)) reopen(client);
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
          reopen(client);
        }
      });
    }
  });
}

/** A reply that its command can't have: another program is at the address, or the reply belongs to another command. */
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
