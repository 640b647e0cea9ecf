import { z } from 'zod';

/** Declarations of rows in plain zod: readable, but too slow for the rows of real responses. */

/** Text, or the digits of a safe integer. */
const text = z.preprocess((value) => (Number.isSafeInteger(value) ? String(value) : value), z.string());

const optionalText = z
  .preprocess((value) => (value === '' || value == null ? null : value), z.string().nullable())
  .catch(null);

const sid = text.pipe(z.string().min(1).max(128));

/** Of a campaign, which is asked for by its sid. */
const usableSid = sid.refine((text) => text.isWellFormed());

const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

function isCalendarDay(moment: string): boolean {
  const day = moment.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** Indian time without an offset; only years that RFC 3339 allows. */
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
  sid: usableSid,
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

const words = ['STATIC', 'DYNAMIC', 'TRANSACTIONAL', 'TRANSACTIONAL_OPT_IN', 'PROMOTIONAL'];
const wordOf = (text: string | null): string =>
  words.find((word) => word === text?.trim().toUpperCase()) ?? 'UNKNOWN';

/** A row of a campaign, whose sid may be an `id`, in the schema's shape. */
export const declaredCampaign = z.preprocess(
  (row) =>
    typeof row === 'object' &&
    row !== null &&
    'id' in row &&
    !usableSid.safeParse('sid' in row && row.sid).success
      ? { ...row, sid: row.id }
      : row,
  campaign.transform((row) => ({
    sid: row.sid,
    accountSid: row.account_sid ?? 'requested',
    name: row.name,
    contentType: wordOf(row.content_type),
    lists: row.lists.map((list) => ({ sid: list })),
    schedule: {
      startTime: row.schedule?.start_time ?? null,
      endTime: row.schedule?.end_time ?? row.schedule?.expiry_time ?? null,
    },
    statusCallback: row.status_callback,
    smsStatusCallback: row.sms_status_callback,
    upstreamStatus: row.status,
    state: row.state,
    reportUrl: row.report_url,
    dltEntityId: row.dlt_entity_id ?? row.dlt_entitiy_id,
    dltTemplateId: row.dlt_template_id,
    senderId: row.sender_id,
    smsType: wordOf(row.sms_type),
    template: row.template,
    estimatedCost: row.estimated_cost,
    createdAt: row.date_created,
    updatedAt: row.date_updated ?? row.date_created,
  })),
);

/** A row of a message, in the schema's shape. */
export const declaredMessage = z
  .object({
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
  })
  .transform((row) => ({
    sid: row.sid,
    number: row.number,
    name: row.name,
    body: row.body ?? row.message,
    upstreamStatus: row.status,
    detailedStatus: row.detailed_status,
    scheduledAt: row.schedule_time,
    senderId: row.sender_id,
    direction: row.direction,
  }));
