import { z } from 'zod';

/** What a row is, said in zod's own words alone: plain to read and far too dear to run for each row of an answer. */

const text = z.union([z.string(), z.number().transform(String)]);

const optionalText = z
  .preprocess((value) => (value === '' || value == null ? null : value), z.string().nullable())
  .catch(null);

/** Digits of a number that lost none, where there is no text. */
const sid = z.preprocess(
  (value) => (Number.isSafeInteger(value) ? String(value) : value),
  z.string().min(1).max(128),
);

const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

function isCalendarDay(moment: string): boolean {
  const day = moment.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** In Indian time where it is a date and a time alone, and of a year that RFC 3339 has. */
const moment = z
  .string()
  .transform((said) => (/^[\d-]{10} [\d:]{8}$/.test(said) ? `${said}+05:30` : said))
  .refine((said) => rfc3339.test(said) && isCalendarDay(said) && !Number.isNaN(Date.parse(said)))
  .transform((said) => new Date(said).toISOString())
  .refine((utc) => /^\d{4}-/.test(utc));
const optionalMoment = moment.nullable().catch(null);

const digits = z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), optionalText);

const listSids = z
  .preprocess((value) => (value == null ? [] : ([] as unknown[]).concat(value)), z.array(text))
  .catch([]);

const cost = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number()),
  ])
  .nullable()
  .catch(null);

const campaign = z.object({
  sid,
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
  stats: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/** A campaign's row; its sid may be an `id`. */
export const declaredCampaign = z.preprocess(
  (row) =>
    typeof row === 'object' && row !== null && !Array.isArray(row)
      ? { ...row, sid: ('sid' in row ? row.sid : undefined) ?? ('id' in row ? row.id : undefined) }
      : row,
  campaign,
);

/** A message's row. */
export const declaredMessage = z.object({
  sid,
  number: text,
  name: optionalText,
  message: optionalText,
  body: optionalText,
  status: z.string(),
  detailed_status: optionalText,
  schedule_time: optionalMoment,
  sender_id: optionalText,
  direction: optionalText,
});
