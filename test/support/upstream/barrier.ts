import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { request } from 'undici';

/** A proxy in front of an upstream that holds calls until a given number of them wait. */
export interface Barrier {
  readonly baseUrl: string;
  close(): Promise<void>;
}

/**
 * Starts a barrier. Calls that are not concurrent never get through, so round trips are counted without a clock.
 * @param groups number of concurrent calls in each round trip.
 */
export async function startBarrier(upstreamUrl: string, groups: readonly number[]): Promise<Barrier> {
  const waiting: (() => void)[] = [];
  const left = [...groups];
  const arrive = (pass: () => void): void => {
    waiting.push(pass);
    if (waiting.length < (left[0] ?? Infinity)) return;
    left.shift();
    for (const go of waiting.splice(0)) go();
  };
  const server = createServer((incoming, outgoing) => {
    arrive(() => void forward(upstreamUrl, incoming, outgoing));
  });
  server.keepAliveTimeout = 60_000; // longer than the idle timeout of any client
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function forward(
  upstreamUrl: string,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { authorization = '' } = incoming.headers;
  const answer = await request(`${upstreamUrl}${incoming.url ?? ''}`, { headers: { authorization } });
  outgoing.writeHead(answer.statusCode, { 'content-type': 'application/json' });
  outgoing.end(await answer.body.text());
}
