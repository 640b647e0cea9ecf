/**
 * What a value is in the document: `text`, `number`, one value after another, or an object with these keys. Null is
 * documented everywhere: the samples write it for whatever there is none of.
 */
export type Documented = 'text' | 'number' | readonly [Documented] | DocumentedObject;

/** An object's keys. */
export interface DocumentedObject {
  readonly [key: string]: Documented;
}

const stats: DocumentedObject = {
  scheduled: 'number',
  submitted: 'number',
  sent: 'number',
  failed: 'number',
  'failed-dnd': 'number',
  'failed-expired': 'number',
  'failed-no-attempt': 'number',
  'failed-no-balance': 'number',
  invalid: 'number',
};

/** A campaign in any of the samples; create, get, update and list differ in which keys they have. */
export const campaign: DocumentedObject = {
  sid: 'text',
  account_sid: 'text',
  name: 'text',
  content_type: 'text',
  lists: ['text'],
  schedule: { start_time: 'text', end_time: 'text', expiry_time: 'text' },
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
};

/** A message of `message-details`. */
export const message: DocumentedObject = {
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
};

/** What every answer is wrapped in, but for the rows. */
export const envelope: DocumentedObject = {
  request_id: 'text',
  method: 'text',
  http_code: 'number',
  metadata: { count: 'number', offset: 'number', total: 'number', limit: 'number' },
};

/** One item of `response`, but for its data. */
export const item: DocumentedObject = {
  code: 'number',
  status: 'text',
  error_data: { code: 'number', message: 'text', description: 'text' },
};

/** What is POSTed to `status_callback`. */
export const campaignCallback: DocumentedObject = {
  campaign_sid: 'text',
  date_created: 'text',
  date_updated: 'text',
  status: 'text',
  reports: 'text',
};

/** What is POSTed to `sms_status_callback`. */
export const messageCallback: DocumentedObject = {
  campaign_sid: 'text',
  sms_sid: 'text',
  date_created: 'text',
  date_sent: 'text',
  number: 'text',
  status: 'text',
};
