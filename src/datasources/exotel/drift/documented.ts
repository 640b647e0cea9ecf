/**
 * What a value is in the document: `text`, `number`, one value after another, or an object with these keys; `anything`
 * is looked at elsewhere. Null is
 * documented everywhere: the samples write it for whatever there is none of.
 */
export type Documented = 'text' | 'number' | 'anything' | readonly [Documented] | DocumentedObject;

/** An object's keys. */
export interface DocumentedObject {
  readonly [key: string]: Documented;
}

/** Without a prototype: `constructor` is no documented key, and a look-up costs a third of one that asks for own keys. */
function object(keys: DocumentedObject): DocumentedObject {
  return Object.assign(Object.create(null) as object, keys);
}

const stats = object({
  scheduled: 'number',
  submitted: 'number',
  sent: 'number',
  failed: 'number',
  'failed-dnd': 'number',
  'failed-expired': 'number',
  'failed-no-attempt': 'number',
  'failed-no-balance': 'number',
  invalid: 'number',
});

/** A campaign in any of the samples; create, get, update and list differ in which keys they have. */
export const campaign = object({
  sid: 'text',
  account_sid: 'text',
  name: 'text',
  content_type: 'text',
  lists: ['text'],
  schedule: object({ start_time: 'text', end_time: 'text', expiry_time: 'text' }),
  status_callback: 'text',
  sms_status_callback: 'text',
  status: 'text',
  state: 'text',
  report_url: 'text',
  dlt_entity_id: 'text',
  dlt_entitiy_id: 'text',
  dlt_template_id: 'text',
  sender_id: 'text',
  channel: 'text',
  sms_type: 'text',
  template: 'text',
  estimated_cost: 'number',
  date_created: 'text',
  date_updated: 'text',
  stats,
});

/** A message of `message-details`. */
export const message = object({
  sid: 'text',
  number: 'text',
  name: 'text',
  message: 'text',
  body: 'text',
  status: 'text',
  detailed_status: 'text',
  schedule_time: 'text',
  sender_id: 'text',
  direction: 'text',
});

/** What every answer is wrapped in, but for the rows. */
export const envelope = object({
  request_id: 'text',
  method: 'text',
  http_code: 'number',
  metadata: object({ count: 'number', offset: 'number', total: 'number', limit: 'number' }),
});

/** What every answer is, whatever the rows are. */
export const answer = object({ ...envelope, response: 'anything' });

/** One item of `response`, but for its data. */
export const item = object({
  code: 'number',
  status: 'text',
  error_data: object({ code: 'number', message: 'text', description: 'text' }),
});

/** One item of `response` that is about a campaign. */
export const campaignItem = object({ ...item, data: campaign });
/** One item of `message-details`. */
export const messageItem = object({ ...item, data: message });

/** What is POSTed to `status_callback`. */
export const campaignCallback = object({
  campaign_sid: 'text',
  date_created: 'text',
  date_updated: 'text',
  status: 'text',
  reports: 'text',
});

/** What is POSTed to `sms_status_callback`. */
export const messageCallback = object({
  campaign_sid: 'text',
  sms_sid: 'text',
  date_created: 'text',
  date_sent: 'text',
  number: 'text',
  status: 'text',
});
