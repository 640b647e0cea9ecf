import { isObject, type JsonObject } from '../../../domain/json.js';
import { maximumNumberLength, maximumStatusLength } from '../../../domain/rules/draft.js';
import { parseJson } from '../../../domain/json.js';
import { utf8Text } from '../../../domain/text.js';
import { field, type Fields, guideField, unread, type WireType } from './fields.js';
import { anyText, campaignSid, moment, sid, text } from './values.js';
import { campaignStatus, messageStatus } from './words.js';

type StatusType = WireType<string | undefined>;

/** Some text with a maximum length. */
function bounded(type: StatusType, maximumLength: number): StatusType {
  const read = (value: unknown): string | undefined => {
    const found = type.read(value);
    return found !== undefined && found.length <= maximumLength ? found : undefined;
  };
  return { ...type, read };
}

function status(type: StatusType): StatusType {
  const { read, shape } = bounded(type, maximumStatusLength);
  return { read: (value) => read(value) || undefined, shape };
}

/** Forms and careless senders write `null` for nothing. */
const link: WireType<string | null> = {
  read: (value) => (value === 'null' ? null : text.read(value)),
  shape: 'text',
};

/**
 * Body of a callback to `status_callback`. Newer guide pages have `CampaignSid` and `report_url` (docs/upstream.md, "Not
 * settled"): case and separators of keys are ignored.
 */
export const campaignCallbackFields = {
  campaignSid: field(campaignSid, 'campaign_sid'),
  status: field(status(campaignStatus), 'status'),
  createdAt: unread('moment', 'date_created'),
  updatedAt: field({ ...text, shape: 'moment' }, 'date_updated'),
  reports: guideField(link, 'reports', 'report_url'),
};

/** Body of a callback to `sms_status_callback`; newer guide pages have `SmsSid`, `To` and `DeliveredAt`. */
export const messageCallbackFields = {
  campaignSid: field(campaignSid, 'campaign_sid'),
  messageSid: field(sid, 'sms_sid'),
  number: guideField(bounded(anyText, maximumNumberLength), 'number', 'to'),
  status: field(status(messageStatus), 'status'),
  createdAt: field(moment, 'date_created'),
  sentAt: guideField(moment, 'date_sent', 'delivered_at'),
};

/** No key of a callback is longer. */
const maximumKeyLength = 24;

function canonicalKey(key: string): string {
  return key.toLowerCase().replaceAll(/[-_ ]/g, '');
}

/** A callback's body in the spelling of its fields; an exact spelling wins. */
export function callbackObject(body: unknown, fields: Fields): JsonObject {
  if (!isObject(body)) return {};
  const keys = new Map(
    Object.values(fields).flatMap((one) => one.keys.map((key) => [canonicalKey(key), key] as const)),
  );
  const object: Record<string, unknown> = {};
  for (const given of Object.keys(body)) {
    const key = given.length > maximumKeyLength ? undefined : keys.get(canonicalKey(given));
    if (key !== undefined && (given === key || object[key] === undefined)) object[key] = body[given];
  }
  return object;
}

/**
 * Parses the body of a callback, "as JSON or as a form (pages disagree: take both)" (docs/upstream.md, limits). The content type
 * matters only for the charset and the boundary of a multipart form.
 * @returns undefined for broken JSON; fields, perhaps none, for anything else.
 */
export function readCallbackBody(bytes: Buffer, contentType = ''): unknown {
  const body = bodyText(bytes, contentType).trim();
  if (body.startsWith('{')) return parseJson(body);
  const boundary = boundaryIn(contentType);
  return fieldsOf(boundary === undefined ? new URLSearchParams(body) : partsOf(body, boundary));
}

type Pair = readonly [name: string, value: string];

/** Value of a form field that appears twice with different values; no reader accepts it. */
const ambiguous: readonly never[] = [];

function fieldsOf(pairs: Iterable<Pair>): Readonly<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of pairs)
    fields.set(name, !fields.has(name) || fields.get(name) === value ? value : ambiguous);
  return Object.fromEntries(fields);
}

/** Name of a form field, as a quoted string or as a token (RFC 2183; a long header may be folded). */
const fieldName =
  /^content-disposition:(?:[^\r\n]|\r\n[ \t])*?(?<=[;\s])name\s*=\s*(?:"([^"]{1,64})"|([^\s"(),/:;<=>?@[\\\]]{1,64})(?=[\s;]|$))/im;

/** Parts of a multipart form: headers, an empty line, a value (RFC 7578). */
function partsOf(text: string, boundary: string): Pair[] {
  return text.split(`--${boundary}`).flatMap((part): Pair[] => {
    const end = part.indexOf('\r\n\r\n');
    const [, quoted, token] = fieldName.exec(part.slice(0, Math.max(0, end))) ?? [];
    const name = quoted ?? token;
    const value = part.slice(end + 4);
    return name === undefined ? [] : [[name, value.endsWith('\r\n') ? value.slice(0, -2) : value]];
  });
}

function boundaryIn(contentType: string): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType)) return undefined;
  const [, quoted, token] = /;\s*boundary\s*=\s*(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType) ?? [];
  return quoted ?? token;
}

/** Decodes a body. A byte order mark wins over the content type, and an unknown charset is ignored. */
function bodyText(bytes: Buffer, contentType: string): string {
  const charset = charsetOfMark(bytes) ?? /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1];
  if (charset === undefined) return utf8Text(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return utf8Text(bytes);
  }
}

function charsetOfMark([first, second, third]: Buffer): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
