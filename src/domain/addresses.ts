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

/** Where a gateway takes callbacks, below the root of its own address; a kind and a token follow. */
export const webhookRoute = '/webhooks/exotel';

/** The route with something that may be a token: an address that was signed with an earlier secret is one too. */
const address = /[/\\]webhooks[/\\]+exotel[/\\]+(?:campaign|message)[/\\]+[\w-]{32}/i;

/** An escape in an address, escaped any number of times: `%2F`, `%252F`. */
const escapes = /%(?:25)*([\da-f]{2})/gi;
/** A slash in HTML, which some layers write into text. */
const htmlSlash = /&(?:#x0*2f|#0*47|sol);/gi;
/** What URL parsers pass over (WHATWG URL, basic URL parser). */
const ignored = /[\t\n\r]/g;

/** Escapes in escapes that take more passes than this are nobody's who means well. */
const maximumPasses = 5;

/**
 * Whether a text is, or has in it, the address of a gateway's webhook: whoever knows it can forge callbacks
 * (docs/live.md, "Callbacks"). The host does not count, since a gateway may be reached under several, and what can't be
 * read counts as one.
 */
export function hasWebhookAddress(text: string): boolean {
  const plain = unescaped(text);
  if (plain === undefined || address.test(plain)) return true;
  return URL.canParse(plain) && address.test(new URL(plain).href); // without dot segments
}

/** Undefined for a text whose escapes have no end. */
function unescaped(text: string): string | undefined {
  let plain = text;
  for (let pass = 0; pass < maximumPasses; pass += 1) {
    const before = plain;
    plain = before
      .replaceAll(escapes, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
      .replaceAll(htmlSlash, '/')
      .replaceAll(ignored, '');
    if (plain === before) return plain;
  }
  return undefined;
}
