import { maximumNumberLength, maximumStatusLength } from '../../../domain/lengths.js';
import { isObject } from './object.js';
import { sidOf } from './sid.js';
import { textOf, textOrNull } from './text.js';
import { momentOrNull } from './time.js';

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
