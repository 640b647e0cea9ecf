import { maximumNumberLength, maximumStatusLength } from '../../../domain/rules/draft.js';
import { parseJson } from '../../../domain/json.js';
import { utf8Text } from './utf8-text.js';
import { isObject, momentOrNull, sidOf, textOf, textOrNull } from './values.js';

/** What a campaign callback says. */
export interface WireCampaignCallback {
  readonly campaign_sid: string;
  readonly date_updated: string | null;
  readonly status: string;
  readonly reports: string | null;
}

/** What a message callback says. */
export interface WireMessageCallback {
  readonly campaign_sid: string;
  readonly sms_sid: string;
  readonly date_created: string | null;
  readonly date_sent: string | null;
  readonly number: string;
  readonly status: string;
}

type Field = keyof WireCampaignCallback | keyof WireMessageCallback;

/**
 * Fields by their names without case and separators: as the document has them (`campaign_sid`), and as newer guide pages
 * do (`CampaignSid`, `SmsSid`, `To`, `DeliveredAt`, `report_url`: docs/upstream.md, "Not settled").
 */
const fieldNames: ReadonlyMap<string, Field> = new Map([
  ['campaignsid', 'campaign_sid'],
  ['smssid', 'sms_sid'],
  ['datecreated', 'date_created'],
  ['dateupdated', 'date_updated'],
  ['datesent', 'date_sent'],
  ['deliveredat', 'date_sent'],
  ['number', 'number'],
  ['to', 'number'],
  ['status', 'status'],
  ['reports', 'reports'],
  ['reporturl', 'reports'],
]);

/** No name of a field is longer. */
const longestName = 24;

/** The fields of a callback under the document's names, whose own spelling comes first. */
export function callbackFields(body: unknown): Readonly<Partial<Record<Field, unknown>>> {
  if (!isObject(body)) return {};
  const fields: Partial<Record<Field, unknown>> = {};
  for (const key of Object.keys(body)) {
    if (key.length > longestName) continue;
    const field = fieldNames.get(key.toLowerCase().replaceAll(/[-_ ]/g, ''));
    if (field && (key === field || fields[field] === undefined)) fields[field] = body[key];
  }
  return fields;
}

/**
 * Reads what is POSTed to `status_callback` "when a SMS campaign will start or completed": API document, create. As JSON
 * or as a form, at least once, late, and not signed (docs/upstream.md, limits).
 * @returns undefined for what is none.
 */
export function readCampaignCallback(body: unknown): WireCampaignCallback | undefined {
  const { campaign_sid, status: word, date_updated, reports } = callbackFields(body);
  const [sid, status] = [sidOf(campaign_sid), statusOf(word)];
  if (sid === undefined || status === undefined) return undefined;
  // Forms and careless senders write `null` for nothing.
  const link = reports === 'null' ? null : textOrNull(reports);
  return { campaign_sid: sid, date_updated: textOrNull(date_updated), status, reports: link };
}

/**
 * Reads what is POSTed to `sms_status_callback` "once SMS reaches terminal state": API document, create.
 * @returns undefined for what is none.
 */
export function readMessageCallback(body: unknown): WireMessageCallback | undefined {
  const { campaign_sid, sms_sid, status: word, number: to, ...dates } = callbackFields(body);
  const [sid, message, status] = [sidOf(campaign_sid), sidOf(sms_sid), statusOf(word)];
  const number = textOf(to);
  if (sid === undefined || message === undefined || status === undefined) return undefined;
  if (number === undefined || number.length > maximumNumberLength) return undefined;
  return {
    campaign_sid: sid,
    sms_sid: message,
    date_created: momentOrNull(dates.date_created),
    date_sent: momentOrNull(dates.date_sent),
    number,
    status,
  };
}

function statusOf(word: unknown): string | undefined {
  return typeof word === 'string' && word !== '' && word.length <= maximumStatusLength ? word : undefined;
}

/**
 * Reads the body of a callback, "as JSON or as a form (pages disagree: take both)": docs/upstream.md, limits. What it is
 * shows in the body; of the content type only the charset and the boundary of a multipart form count.
 * @returns undefined for broken JSON; fields, perhaps none, for anything else.
 */
export function readCallbackBody(bytes: Buffer, contentType = ''): unknown {
  const text = bodyText(bytes, contentType).trim();
  if (text.startsWith('{')) return parseJson(text);
  const boundary = boundaryIn(contentType);
  return fieldsOf(boundary === undefined ? new URLSearchParams(text) : partsOf(text, boundary));
}

type Pair = readonly [name: string, value: string];

/** What stands in place of a field that is given twice, with two values: which of them is meant can't be told. */
const ambiguous: readonly never[] = [];

function fieldsOf(pairs: Iterable<Pair>): Readonly<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of pairs)
    fields.set(name, !fields.has(name) || fields.get(name) === value ? value : ambiguous);
  return Object.fromEntries(fields);
}

/** RFC 7578: each part has headers, an empty line and a value. */
function partsOf(text: string, boundary: string): Pair[] {
  return text.split(`--${boundary}`).flatMap((part): Pair[] => {
    const end = part.indexOf('\r\n\r\n');
    const name = /\bname="([^"]{1,64})"/i.exec(part.slice(0, Math.max(0, end)))?.[1];
    const value = part.slice(end + 4);
    return name === undefined ? [] : [[name, value.endsWith('\r\n') ? value.slice(0, -2) : value]];
  });
}

function boundaryIn(contentType: string): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType)) return undefined;
  return /;\s*boundary\s*=\s*"?([^\s;"]{1,70})/i.exec(contentType)?.[1];
}

/** A mark of the order of bytes says more than a content type; a charset that nobody knows says nothing. */
function bodyText(bytes: Buffer, contentType: string): string {
  const charset = charsetByMark(bytes) ?? /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1];
  if (charset === undefined) return utf8Text(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return utf8Text(bytes);
  }
}

function charsetByMark([first, second, third]: Buffer): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
