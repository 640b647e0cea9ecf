import { BlockList, isIP, isIPv4 } from 'node:net';

/** An IP address, or all addresses with the same first bits: `10.0.0.0/8`. */
export interface AddressRange {
  readonly address: string;
  readonly version: 'ipv4' | 'ipv6';
  /** Number of bits that count. */
  readonly prefix: number;
}

const bits = { ipv4: 32, ipv6: 128 } as const;
const shortest = { ipv4: 8, ipv6: 7 } as const;
/** Bits of an IPv4-mapped IPv6 address before those of the IPv4 address (RFC 4291, 2.5.5.2). */
const mappedBits = 96;

/**
 * Parses an address or a CIDR range.
 * @returns undefined for anything else, and for a range larger than any private network (10.0.0.0/8, fc00::/7): it would be
 * of strangers.
 */
export function readAddressRange(text: string): AddressRange | undefined {
  const [, written = '', length] = /^([\da-f.:]+)(?:\/(\d{1,3}))?$/i.exec(text) ?? [];
  if (isIP(written) === 0) return undefined;
  const address = plainAddress(written);
  const version = isIPv4(address) ? 'ipv4' : 'ipv6';
  const ignoredBits = version === 'ipv4' && written.includes(':') ? mappedBits : 0;
  const prefix = length === undefined ? bits[version] : Number(length) - ignoredBits;
  return prefix >= shortest[version] && prefix <= bits[version] ? { address, version, prefix } : undefined;
}

/** Normalises an address: the spelling of RFC 5952, without a zone; an IPv4-mapped address becomes the IPv4 address. */
function plainAddress(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (!dotted.includes(':')) return dotted;
  const [withoutZone = ''] = dotted.split('%', 1);
  const plain = new URL(`http://[${withoutZone}]`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([\da-f]+):([\da-f]+)$/.exec(plain) ?? [];
  if (high === undefined || low === undefined) return plain;
  return [high, low].flatMap((group) => [parseInt(group, 16) >> 8, parseInt(group, 16) & 255]).join('.');
}

/** Addresses in any of some ranges, with or without IPv4 mapping. */
export class AddressRanges {
  readonly #list = new BlockList();

  constructor(ranges: readonly AddressRange[]) {
    for (const { address, prefix, version } of ranges) this.#list.addSubnet(address, prefix, version);
  }

  /** @param address any text; false unless it is an IP address. */
  includes(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#list.check(address, version === 6 ? 'ipv6' : 'ipv4');
  }
}

/** Parses an address as proxies write it: perhaps with a port, or an IPv6 address in brackets. */
export function readForwardedAddress(text: string): string | undefined {
  const [, bracketed] = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text) ?? [];
  if (bracketed !== undefined) return isIP(bracketed) === 6 ? bracketed : undefined;
  const address = text.replace(/^([\d.]+):\d{1,5}$/, '$1');
  return isIP(address) === 0 ? undefined : address;
}

/**
 * The network that limits count for an address: an IPv4 address itself, and the first 64 bits of an IPv6 address, because a
 * client usually has all addresses with the same prefix (RFC 6177).
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const plain = plainAddress(address);
  if (!plain.includes(':')) return plain;
  const [start = '', end] = plain.split('::');
  const groups = start === '' ? [] : start.split(':');
  const left = end === undefined || end === '' ? [] : end.split(':');
  while (groups.length + left.length < 8) groups.push('0');
  return [...groups, ...left].slice(0, 4).join(':');
}
