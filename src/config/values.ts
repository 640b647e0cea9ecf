import { z } from 'zod';
import { isLoopbackName, readHostName, readHostSetting } from '../domain/network/addresses.js';
import { readAddressRange } from '../domain/network/ip-addresses.js';

/** A whole number, as digits. */
export const wholeNumber = (minimum: number, maximum: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(minimum).max(maximum));

/** A number, as digits with an optional fraction. */
export const decimalNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(minimum).max(maximum));

/** A text that a function can read; the function returns undefined for any other. */
const readBy = <Value>(read: (text: string) => Value | undefined) =>
  z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.addIssue('cannot be read');
    return z.NEVER;
  });

/** A URL of scheme, host and port. */
export const origin = readBy((text) =>
  isPlainUrl(text) && new URL(text).pathname === '/' ? new URL(text).origin : undefined,
);

/** Origins, separated by commas. */
export const origins = listOf(origin);

const mostRanges = 500; // each request is compared with all of them

/** IP addresses and CIDR ranges, separated by commas. */
export const addressRanges = listOf(readBy(readAddressRange)).refine((ranges) => ranges.length <= mostRanges);

/** Host names, separated by commas, each with a port or for all ports. */
export const hostNames = listOf(readBy(readHostSetting));

/** An http or https URL without secrets: scheme, host, port and path only. */
export const plainUrl = z.string().refine(isPlainUrl);

/** Where others reach this gateway, without slashes at its end: 0.0.0.0 and [::] are addresses to listen on. */
export const publicUrl = z
  .string()
  .refine((url) => isPlainUrl(url) && !['0.0.0.0', '[::]'].includes(new URL(url).hostname))
  .transform((url) => url.replace(/(?<!\/)\/+$/, ''));

/** A text that is one segment of a URL's path, as it is written: nothing is escaped, and it is not a dot segment. */
export const pathSegment = z.string().regex(/^(?!\.{1,2}$)[\w.-]+$/);

const [leastSecretCharacters, leastDistinctCharacters] = [16, 5]; // 16 random hex digits have more
/** A secret. Randomness can't be checked, but a text that repeats a few characters is not random. */
export const secret = z.string().refine((text) => {
  const characters = Array.from(text);
  if (/\p{Cc}/u.test(text)) return false; // a line break: two values, or a file
  return characters.length >= leastSecretCharacters && new Set(characters).size >= leastDistinctCharacters;
});

/** A secret that a program shows as `Authorization: Bearer …`: what a header can hold (RFC 9110, 5.5). */
export const bearerToken = secret.refine((text) => /^[\x21-\x7e]{1,4096}$/.test(text));

/** The URL of a Redis: credentials, host, port and the number of a database. The client ignores or misreads anything else. */
export const redisUrl = z.string().refine((text) => {
  if (!/^rediss?:\/\/[^/]/.test(text) || !URL.canParse(text)) return false;
  const { pathname, port, search, hash, username, password } = new URL(text);
  if (decoded(username) === undefined || decoded(password) === undefined) return false; // a % that begins no escape
  return port !== '0' && /^(?:\/\d{0,5})?$/.test(pathname) && search === '' && hash === '';
});

/** Values of one kind, separated by commas. */
export function listOf<Item extends z.ZodType<unknown, string>>(item: Item) {
  return z
    .string()
    .transform((list) => list.split(',').map((each) => each.trim()))
    .pipe(z.array(item));
}

/**
 * Attributes as `key=value`, separated by commas; keys and values are percent-encoded (OpenTelemetry, resource SDK). A
 * comma at the end is allowed.
 */
export const resourceAttributes = readBy((text): Readonly<Record<string, string>> | undefined => {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '');
  const attributes = pairs.map((pair) => {
    const end = pair.indexOf('=');
    return end < 0 ? [] : [decoded(pair.slice(0, end)), decoded(pair.slice(end + 1))];
  });
  const isValid = attributes.every(([key, value]) => key && value !== undefined);
  return isValid ? Object.fromEntries(attributes as [string, string][]) : undefined;
});

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.trim());
  } catch {
    return undefined;
  }
}

/** True for hosts that only this machine can reach, and for undefined: a host that was refused already. */
export function isLoopback(host: string | undefined): boolean {
  if (host === undefined) return true;
  const read = readHostSetting(host);
  return read !== undefined && isLoopbackName(read.name);
}

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, search, hash, username, password } = new URL(text);
  const isHost = readHostName(hostname) !== undefined; // not `*.example.com`, which URLs may have
  return (
    /^https?:$/.test(protocol) && isHost && port !== '0' && `${search}${hash}${username}${password}` === ''
  );
}
