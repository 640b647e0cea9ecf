import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';

/** A listening server. */
interface Listener {
  /** Scheme, host and port. */
  readonly url: string;
  /** Stops listening at addresses other than the first. */
  readonly close: () => void;
}

/** Listens at every address of a host: `localhost` has an IPv4 and an IPv6 address. */
export async function listen(app: FastifyInstance, host: string, port: number): Promise<Listener> {
  const [first, ...others] = host === 'localhost' ? await addressesOf(host) : [];
  const url = await app.listen({ host: first?.address ?? host, port });
  const { port: bound } = app.server.address() as AddressInfo;
  const servers: Server[] = [];
  for (const { address } of others) {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) => {
      app.server.emit('connection', socket); // one HTTP server serves all connections
    });
    const listening = once(server.listen(bound, address), 'listening');
    const isListening = await listening.then(
      () => true,
      () => false, // the name may resolve to an address that this machine does not have
    );
    if (isListening) servers.push(server);
  }
  return {
    url,
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

async function addressesOf(host: string): Promise<readonly LookupAddress[]> {
  const addresses = await lookup(host, { all: true }).catch(() => []);
  return [...new Map(addresses.map((each) => [each.address, each])).values()];
}
