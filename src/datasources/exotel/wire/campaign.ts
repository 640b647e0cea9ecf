import { type JsonObject } from '../../../domain/json.js';
import { type Stats } from '../../../schema/campaign.js';
import { field, guideField, nested, ObjectShape, shapeOf, unread } from './fields.js';
import {
  anyText,
  campaignSid,
  count,
  exactText,
  listSids,
  moment,
  money,
  numericId,
  text,
} from './values.js';
import { campaignStatus, canonicalWord, contentType, smsType, wordReader } from './words.js';

/** Start and end of a campaign: create has `expiry_time`, all others `end_time`. */
export const scheduleFields = {
  startTime: field(moment, 'start_time'),
  endTime: field(moment, 'end_time', 'expiry_time'),
};

/** Message counts in the document's spelling. */
const countKeys: Readonly<Record<Exclude<keyof Stats, 'total'>, string>> = {
  scheduled: 'scheduled',
  submitted: 'submitted',
  sent: 'sent',
  failed: 'failed',
  failedDnd: 'failed-dnd',
  failedExpired: 'failed-expired',
  failedNoAttempt: 'failed-no-attempt',
  failedNoBalance: 'failed-no-balance',
  invalid: 'invalid',
};

const countNames = new Map<string, keyof Stats>([
  ...Object.entries(countKeys).map(([name, key]) => [canonicalWord(key), name as keyof Stats] as const),
  ['TOTAL', 'total'], // in newer guide pages (docs/upstream.md, "Contradictions")
]);

/** Name of a count by its key in any spelling. */
export const countNameOf = wordReader((word) => countNames.get(word));

const statsShape = new ObjectShape(
  Object.fromEntries(Object.values(countKeys).map((key) => [key, count.shape])),
);

/**
 * A campaign, as create, get, update and list spell it. Create has no `stats`, `estimated_cost` or `sms_status_callback`, only
 * the list has `state`, and many of its rows lack `channel`. `dlt_entitiy_id` (sic) is in get, update and list.
 */
export const campaignFields = {
  sid: guideField(campaignSid, 'sid', 'id'),
  accountSid: field(text, 'account_sid'),
  name: field(anyText, 'name'),
  channel: unread('text', 'channel'),
  contentType: field(contentType, 'content_type'),
  status: field(campaignStatus, 'status'),
  state: field(text, 'state'),
  lists: field(listSids, 'lists'),
  schedule: field(nested(shapeOf(scheduleFields)), 'schedule'),
  template: field(exactText, 'template'),
  smsType: field(smsType, 'sms_type'),
  senderId: field(anyText, 'sender_id'),
  dltEntityId: field(numericId, 'dlt_entity_id', 'dlt_entitiy_id'),
  dltTemplateId: field(numericId, 'dlt_template_id'),
  statusCallback: field(text, 'status_callback'),
  smsStatusCallback: field(text, 'sms_status_callback'),
  reportUrl: field(text, 'report_url'),
  estimatedCost: field(money, 'estimated_cost'),
  stats: field(nested(statsShape), 'stats'),
  createdAt: field(moment, 'date_created'),
  updatedAt: field(moment, 'date_updated'),
};

const callbackKeys = [...campaignFields.statusCallback.keys, ...campaignFields.smsStatusCallback.keys];

/** Whether a row has both callback addresses, set or not: a missing or unreadable one does not say that it is not set. */
export function hasCallbackKeys(row: JsonObject): boolean {
  for (const key of callbackKeys) if (row[key] !== null && typeof row[key] !== 'string') return false;
  return true;
}
