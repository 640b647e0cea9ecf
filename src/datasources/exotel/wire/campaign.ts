import { z } from 'zod';
import { isObject } from './object.js';
import { optionalText, text, textOrNull } from './text.js';
import { moment, optionalMoment } from './time.js';

/** An id that is digits but never a number: 19 digits exceed what a number holds, and a wrong id is worse than none. */
const digits = z.transform((value) => (Number.isSafeInteger(value) ? String(value) : textOrNull(value)));

const listSids = z.transform((value): string[] => {
  if (value == null) return [];
  return texts.safeParse(Array.isArray(value) ? value : [value]).data ?? [];
});
const texts = z.array(text);

/** Money; some layers write numbers as text. */
const cost = z.transform((value): number | null => {
  const number = typeof value === 'string' && /^\d/.test(value) ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
});

/** Whatever it counts; how a count is spelt is the mapping's to know. */
const stats = z.transform((value): Readonly<Record<string, unknown>> | null =>
  isObject(value) ? value : null,
);

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
