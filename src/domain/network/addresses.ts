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

const maximumPort = 65_535;

/** Parses a `Host` header or the authority of a URL; undefined for anything but a single host. */
export function readHostName(text: string): HostName | undefined {
  const [, host, port = ''] = hostHeader.exec(text) ?? [];
  if (host === undefined || !URL.canParse(`http://${host}`)) return undefined;
  if (port !== '' && !(Number(port) >= 1 && Number(port) <= maximumPort)) return undefined;
  const name = new URL(`http://${host}`).hostname.replace(/\.$/, '');
  return name.split('.').includes('') ? undefined : { name, port };
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

/** `%2F`, `%252F`, `%u002F` */
const percentEscape = /%(?:25)*(?:u([\da-f]{4})|([\da-f]{2}))/gi;
/** `&#47;`, `&#x2F;`, also without the semicolon, which browsers do not need. */
const numericReference = /&#(?:x0*([\da-f]{1,6})|0*(\d{1,7}));?/gi;
/** Names of the ASCII characters that addresses and other escapes consist of (HTML standard, "Named character references"). */
const namedReference =
  /&(amp|sol|bsol|colon|period|lowbar|underbar|percnt|num|semi|equals|quest|lt|gt|quot|apos|tab|newline);?/gi;
const namedCharacters: Readonly<Record<string, string>> = {
  amp: '&',
  sol: '/',
  bsol: '\\',
  colon: ':',
  period: '.',
  lowbar: '_',
  underbar: '_',
  percnt: '%',
  num: '#',
  semi: ';',
  equals: '=',
  quest: '?',
};
/** `\/`, `\\`, `\u002F`, `\x2F` */
const backslashEscape = /\\(?:u([\da-f]{4})|x([\da-f]{2})|([/\\]))/gi;
/** Characters that URL parsers ignore (WHATWG URL, basic URL parser). */
const ignored = /[\t\n\r]/g;

/** Text with more levels of escapes is taken for a webhook address: no honest client writes it. */
const maximumPasses = 5;

/**
 * Whether a text contains the address of a gateway's webhook, which lets its reader forge callbacks (docs/live.md,
 * "Callbacks"), plain or escaped for URLs, HTML or JSON, mixed and repeated. The host is ignored, since a gateway may have
 * several. Text that can't be decoded counts as one.
 */
export function hasWebhookAddress(text: string): boolean {
  let plain = text;
  for (let pass = 0; pass < maximumPasses; pass += 1) {
    if (hasWebhookPath(plain)) return true;
    const before = plain;
    plain = unescapedOnce(plain);
    if (plain === before) return false;
  }
  return true;
}

function hasWebhookPath(text: string): boolean {
  return webhookPath.test(text) || (URL.canParse(text) && webhookPath.test(new URL(text).href)); // without dot segments
}

function unescapedOnce(text: string): string {
  return text
    .replaceAll(percentEscape, (match, long?: string, short?: string) => character(match, long ?? short, 16))
    .replaceAll(numericReference, (match, hex?: string, decimal?: string) =>
      hex === undefined ? character(match, decimal, 10) : character(match, hex, 16),
    )
    .replaceAll(namedReference, (_match, name: string) => namedCharacters[name.toLowerCase()] ?? '')
    .replaceAll(
      backslashEscape,
      (match, long?: string, short?: string, itself?: string) =>
        itself ?? character(match, long ?? short, 16),
    )
    .replaceAll(ignored, '');
}

/** The character with this number; the escape itself if there is none. */
function character(escape: string, digits = '', radix: number): string {
  const code = Number.parseInt(digits, radix);
  return code <= 0x10_ff_ff ? String.fromCodePoint(code) : escape;
}
