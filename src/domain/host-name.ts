import { BlockList, isIP, isIPv6 } from 'node:net';

/** A host as a `Host` header names it, the name in the spelling that browsers send. */
export interface HostName {
  /** In lower case, without a dot at the end; an IPv6 address stands in brackets. */
  readonly name: string;
  /** Digits; empty where none is given. */
  readonly port: string;
}

/** `host[:port]` (RFC 9110, 7.2), and nothing else: no user, no list, no percent sign. */
const written = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{0,5}))?$/i;

/** Reads a `Host` header, or the authority of a URL; undefined for anything that is not one host. */
export function readHostName(text: string): HostName | undefined {
  const [, host, port = ''] = written.exec(text) ?? [];
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return { name: new URL(`http://${host}`).hostname.replace(/\.$/, ''), port };
}

/** The same of a host in a setting, where an IPv6 address may stand without brackets. */
export function readHostSetting(text: string): HostName | undefined {
  return readHostName(isIPv6(text) ? `[${text}]` : text);
}

const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackAddresses.addAddress('::1', 'ipv6');

/** Whether a name that was read is one of this machine alone: `localhost`, below it (RFC 6761), or a loopback address. */
export function isLoopbackName(name: string): boolean {
  const address = name.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  if (version !== 0) return loopbackAddresses.check(address, version === 6 ? 'ipv6' : 'ipv4');
  return name === 'localhost' || /[^.]\.localhost$/.test(name);
}
