import { z } from 'zod';

/** What a row is, said in zod's own words alone: plain to read and far too dear to run for each row of an answer. */

const text = z.union([z.string(), z.number().transform(String)]);

const optionalText = z
  .preprocess((value) => (value === '' || value == null ? null : value), z.string().nullable())
  .catch(null);

const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

function isCalendarDay(moment: string): boolean {
  const day = moment.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

const moment = z
  .string()
  .refine((said) => rfc3339.test(said) && isCalendarDay(said) && !Number.isNaN(Date.parse(said)))
  .transform((said) => new Date(said).toISOString());
const optionalMoment = moment.nullable().catch(null);

const digits = z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), optionalText);

const listSids = z
  .preprocess((value) => (value == null ? [] : ([] as unknown[]).concat(value)), z.array(text))
  .catch([]);

const cost = z
  .union([z.number(), z.string().regex(/^\d/).transform(Number).pipe(z.number())])
  .nullable()
  .catch(null);

/** A campaign's row. */
export const declaredCampaign = z.object({
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
  stats: z.record(z.string(), z.unknown()).nullish().catch(null),
});

/** A message's row. */
export const declaredMessage = z.object({
  sid: z.string().min(1),
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
