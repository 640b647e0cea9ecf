import { isObject, momentOrNull, sidOf, textOf, textOrNull } from './values.js';

/**
 * A campaign as get, update, list and create spell it, which differ:
 * - `dlt_entitiy_id` (sic) in get, update and list, `dlt_entity_id` in create;
 * - `schedule.expiry_time` in create, `schedule.end_time` elsewhere;
 * - no `stats`, `estimated_cost` or `sms_status_callback` in create; `state` in the list only; `channel`
 *   missing in many list rows.
 */
export interface WireCampaign {
  readonly sid: string;
  readonly account_sid: string | null;
  readonly name: string;
  readonly content_type: string | null;
  readonly lists: readonly string[];
  readonly schedule: WireSchedule | null;
  readonly status_callback: string | null;
  readonly sms_status_callback: string | null;
  readonly status: string;
  readonly state: string | null;
  readonly report_url: string | null;
  readonly dlt_entity_id: string | null;
  readonly dlt_entitiy_id: string | null;
  readonly dlt_template_id: string | null;
  readonly sender_id: string;
  readonly sms_type: string | null;
  readonly template: string;
  readonly estimated_cost: number | null;
  readonly date_created: string;
  readonly date_updated: string | null;
  readonly stats: Readonly<Record<string, unknown>> | null;
}

interface WireSchedule {
  readonly start_time: string | null;
  readonly end_time: string | null;
  readonly expiry_time: string | null;
}

/**
 * Reads a row; undefined for one that makes no sense: keys without which it tells a client nothing must be there.
 * Everything else may be missing or unreadable, and keys that the document does not have are passed over. Newer guide
 * pages have a campaign's `id` for its `sid` (docs/upstream.md, "Not settled").
 */
export function readCampaign(row: unknown): WireCampaign | undefined {
  if (!isObject(row)) return undefined;
  const sid = sidOf(row['sid'] ?? row['id']);
  const name = textOf(row['name']);
  const sender_id = textOf(row['sender_id']);
  const date_created = momentOrNull(row['date_created']);
  const { status, template } = row;
  if (sid === undefined || name === undefined || sender_id === undefined || date_created === null)
    return undefined;
  if (typeof status !== 'string' || typeof template !== 'string') return undefined;
  return {
    sid,
    account_sid: textOrNull(row['account_sid']),
    name,
    content_type: textOrNull(row['content_type']),
    lists: listSidsOf(row['lists']),
    schedule: scheduleOf(row['schedule']),
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
    stats: isObject(row['stats']) ? row['stats'] : null, // the mapping knows how counts are spelt
  };
}

function scheduleOf(value: unknown): WireSchedule | null {
  if (!isObject(value)) return null;
  return {
    start_time: momentOrNull(value['start_time']),
    end_time: momentOrNull(value['end_time']),
    expiry_time: momentOrNull(value['expiry_time']),
  };
}

/** An id that is digits but never a number: 19 digits exceed what a number holds, and a wrong id is worse than none. */
function digitsOrNull(value: unknown): string | null {
  return Number.isSafeInteger(value) ? String(value) : textOrNull(value);
}

/** A campaign has up to 5. */
const maximumLists = 1000;

/** One list may stand alone; where one of several is unreadable, or there are far too many, none is guessed. */
function listSidsOf(value: unknown): readonly string[] {
  if (value == null) return [];
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length > maximumLists) return [];
  const sids = values.map(textOf);
  return sids.every((sid) => sid !== undefined) ? sids : [];
}

/** Money; some layers write numbers as text. */
function costOrNull(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}
