import { BlockList, isIP, isIPv6 } from 'node:net';

/** Host of a `Host` header, with the name as browsers normalise it. */
export interface HostName {
  /** Lower case, without a final dot; an IPv6 address is in brackets. */
  readonly name: string;
  /** Digits; empty if no port is given. */
  readonly port: string;
}

/** `host[:port]` (RFC 9110, 7.2), and nothing else: no user, no list, no percent sign. */
const hostHeader = /^(\[[\da-f:.]+\]|[\w.-]+)(?::(\d{0,5}))?$/i;

/** Parses a `Host` header or the authority of a URL; undefined for anything but a single host. */
export function readHostName(text: string): HostName | undefined {
  const [, host, port = ''] = hostHeader.exec(text) ?? [];
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  return { name: new URL(`http://${host}`).hostname.replace(/\.$/, ''), port };
}

/** Parses a host in a setting, where an IPv6 address may lack its brackets. */
export function readHostSetting(text: string): HostName | undefined {
  return readHostName(isIPv6(text) ? `[${text}]` : text);
}

const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet('127.0.0.0', 8, 'ipv4');
loopbackAddresses.addAddress('::1', 'ipv6');

/** Whether a parsed name is a loopback name: `localhost`, a name below it (RFC 6761), or a loopback address. */
export function isLoopbackName(name: string): boolean {
  const address = name.replace(/^\[|\]$/g, '');
  const version = isIP(address);
  if (version !== 0) return loopbackAddresses.check(address, version === 6 ? 'ipv6' : 'ipv4');
  return name === 'localhost' || /[^.]\.localhost$/.test(name);
}

/** Path of the gateway's webhooks; a kind and a token follow. */
export const webhookRoute = '/webhooks/exotel';

/** The two callbacks of a campaign. */
export const webhookKinds = ['campaign', 'message'] as const;
export type WebhookKind = (typeof webhookKinds)[number];

/** A webhook path with the form of a token, signed with any secret, also an earlier one. */
const webhookPath = /[/\\]webhooks[/\\]+exotel[/\\]+(?:campaign|message)[/\\]+[\w-]{32}/i;

/** A percent escape, escaped any number of times: `%2F`, `%252F`. */
const escapes = /%(?:25)*([\da-f]{2})/gi;
/** A slash as an HTML entity: some layers escape text for HTML. */
const htmlSlash = /&(?:#x0*2f|#0*47|sol);/gi;
/** Characters that URL parsers ignore (WHATWG URL, basic URL parser). */
const ignored = /[\t\n\r]/g;

/** Text with more levels of escapes is taken for a webhook address: no honest client writes it. */
const maximumPasses = 5;

/**
 * Whether a text contains the address of a gateway's webhook, which lets its reader forge callbacks (docs/live.md,
 * "Callbacks"). The host is ignored, since a gateway may have several. Text that can't be decoded counts as one.
 */
export function hasWebhookAddress(text: string): boolean {
  const plain = unescaped(text);
  if (plain === undefined || webhookPath.test(plain)) return true;
  return URL.canParse(plain) && webhookPath.test(new URL(plain).href); // without dot segments
}

/** Removes all levels of escapes; undefined for too many levels. */
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
