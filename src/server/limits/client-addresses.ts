import { type IncomingMessage } from 'node:http';
import { type Socket } from 'node:net';
import {
  type AddressRange,
  AddressRanges,
  networkOf,
  readForwardedAddress,
} from '../../domain/network/ip-addresses.js';

/** A socket's peer. */
type Peer = Pick<Socket, 'remoteAddress'>;

/** Proxies that a request may have passed; no deployment has as many. */
const maximumHops = 50;

/** Finds the address of the client behind the proxies that `TRUSTED_PROXIES` lists. */
export class ClientAddresses {
  readonly #proxies: AddressRanges | undefined;

  /** @param proxies ranges whose `X-Forwarded-For` is believed; none: the peer is the client. */
  constructor(proxies: readonly AddressRange[]) {
    this.#proxies = proxies.length === 0 ? undefined : new AddressRanges(proxies);
  }

  /** True for a connection of a trusted proxy, which carries the requests of many clients. */
  isProxy({ remoteAddress = '' }: Peer): boolean {
    return this.#proxies?.includes(remoteAddress) === true;
  }

  /**
   * The network of the client that limits count. Each proxy appends its peer to `X-Forwarded-For`, so the client is the last
   * address there that is not a trusted proxy. A value that is not an address counts for the proxy that has sent it.
   */
  of({ socket, headers }: Pick<IncomingMessage, 'headers'> & { readonly socket: Peer }): string {
    const { remoteAddress = '' } = socket;
    const forwarded = headers['x-forwarded-for'];
    if (forwarded === undefined || !this.#proxies?.includes(remoteAddress)) return networkOf(remoteAddress);
    const hops = [forwarded]
      .flat()
      .join(',')
      .split(',')
      .map((hop) => hop.trim());
    let client = remoteAddress;
    for (const hop of hops
      .filter((each) => each !== '')
      .slice(-maximumHops)
      .reverse()) {
      const address = readForwardedAddress(hop);
      if (address === undefined) break;
      client = address;
      if (!this.#proxies.includes(address)) break;
    }
    return networkOf(client);
  }
}
