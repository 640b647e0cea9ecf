import { z } from 'zod';
import { isObject } from './object.js';
import { optionalText, text, textOrNull } from './text.js';
import { moment, momentOrNull, optionalMoment } from './time.js';

/** An id that is digits but never a number: 19 digits exceed what a number holds, and a wrong id is worse than none. */
function digitsOrNull(value: unknown): string | null {
  return Number.isSafeInteger(value) ? String(value) : textOrNull(value);
}
const digits = z.transform(digitsOrNull);

const texts = z.array(text);
function listSidsOf(value: unknown): string[] {
  if (value == null) return [];
  const sids: unknown[] = Array.isArray(value) ? value : [value];
  return sids.every((sid) => typeof sid === 'string') ? sids : (texts.safeParse(sids).data ?? []);
}
const listSids = z.transform(listSidsOf);

/** Money; some layers write numbers as text. */
function costOrNull(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
const cost = z.transform(costOrNull);

/** Whatever it counts; how a count is spelt is the mapping's to know. */
function objectOrNull(value: unknown): Readonly<Record<string, unknown>> | null {
  return isObject(value) ? value : null;
}
const stats = z.transform(objectOrNull);

/**
 * A campaign as get, update, list and create spell it, which differ:
 * - `dlt_entitiy_id` (sic) in get, update and list, `dlt_entity_id` in create;
 * - `schedule.expiry_time` in create, `schedule.end_time` elsewhere;
 * - no `stats`, `estimated_cost` or `sms_status_callback` in create; `state` in the list only; `channel`
 *   missing in many list rows.
 *
 * Keys without which a row makes no sense to a client must be there; everything else may be missing, and keys
 * that the document does not have are passed over. What may be missing is read by functions that take anything: with
 * `union`, `preprocess` and `catch` a row cost many times what a plain object of zod's does, and a quirk more still.
 */
export const wireCampaign = z.object({
  sid: z.string().min(1),
  account_sid: optionalText,
  name: text,
  content_type: optionalText,
  lists: listSids,
  schedule: z
    .object({ start_time: optionalMoment, end_time: optionalMoment, expiry_time: optionalMoment })
    .nullish()
    .catch(null),
  status_callback: optionalText,
  sms_status_callback: optionalText,
  status: z.string(),
  state: optionalText,
  report_url: optionalText,
  dlt_entity_id: digits,
  dlt_entitiy_id: digits,
  dlt_template_id: digits,
  sender_id: text,
  sms_type: optionalText,
  template: z.string(),
  estimated_cost: cost,
  date_created: moment,
  date_updated: optionalMoment,
  stats,
});
export type WireCampaign = z.infer<typeof wireCampaign>;

/** Reads a row; undefined for one that makes no sense. */
export function readCampaign(row: unknown): WireCampaign | undefined {
  return plainCampaign(row) ?? wireCampaign.safeParse(row).data;
}

/** As for messages: the same as the schema makes of a row that has what it must have as text. */
function plainCampaign(row: unknown): WireCampaign | undefined {
  if (!isObject(row)) return undefined;
  const { sid, name, status, sender_id, template } = row;
  const date_created = momentOrNull(row['date_created']);
  if (typeof sid !== 'string' || sid === '' || typeof name !== 'string' || date_created === null)
    return undefined;
  if (typeof status !== 'string' || typeof sender_id !== 'string' || typeof template !== 'string')
    return undefined;
  return {
    sid,
    account_sid: textOrNull(row['account_sid']),
    name,
    content_type: textOrNull(row['content_type']),
    lists: listSidsOf(row['lists']),
    schedule: plainSchedule(row['schedule']),
    status_callback: textOrNull(row['status_callback']),
    sms_status_callback: textOrNull(row['sms_status_callback']),
    status,
    state: textOrNull(row['state']),
    report_url: textOrNull(row['report_url']),
    dlt_entity_id: digitsOrNull(row['dlt_entity_id']),
    dlt_entitiy_id: digitsOrNull(row['dlt_entitiy_id']),
    dlt_template_id: digitsOrNull(row['dlt_template_id']),
    sender_id,
    sms_type: textOrNull(row['sms_type']),
    template,
    estimated_cost: costOrNull(row['estimated_cost']),
    date_created,
    date_updated: momentOrNull(row['date_updated']),
    stats: objectOrNull(row['stats']),
  };
}

function plainSchedule(value: unknown): WireCampaign['schedule'] {
  if (!isObject(value)) return null;
  return {
    start_time: momentOrNull(value['start_time']),
    end_time: momentOrNull(value['end_time']),
    expiry_time: momentOrNull(value['expiry_time']),
  };
}
