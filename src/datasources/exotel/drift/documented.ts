/**
 * What a value is in the document: `text`, `moment` (text that says its offset), `number`, one value after another, or an
 * object with these keys; `anything` is looked at elsewhere. Null is documented everywhere: the samples write it for
 * whatever there is none of.
 */
export type Documented = 'text' | 'moment' | 'number' | 'anything' | readonly [Documented] | DocumentedObject;

type Keys = Readonly<Record<string, Documented>>;

/** An object's keys, and in which order they were written last: the rows of an answer are all written alike. */
export class DocumentedObject {
  /** The keys in the order in which they were written last, and what they are. */
  readonly written: { readonly keys: string[]; readonly as: Documented[] } = { keys: [], as: [] };
  /** Without a prototype: `constructor` is no documented key. */
  readonly #keys: Keys;

  constructor(keys: Keys) {
    this.#keys = Object.assign(Object.create(null) as object, keys);
  }

  /** What a key's value is; undefined for a key that the document does not have. */
  of(key: string): Documented | undefined {
    return this.#keys[key];
  }

  /**
   * The same, of the key that an object has in this place: it is remembered there. Keys that are looked up cost more
   * than all else that is compared.
   */
  inPlace(place: number, key: string): Documented | undefined {
    const what = this.#keys[key];
    if (what === undefined) return undefined;
    this.written.keys[place] = key; // there are no more places than keys
    this.written.as[place] = what;
    return what;
  }

  /** The same keys, and more. */
  with(keys: Keys): DocumentedObject {
    return new DocumentedObject({ ...this.#keys, ...keys });
  }
}

function object(keys: Keys): DocumentedObject {
  return new DocumentedObject(keys);
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
  schedule: object({ start_time: 'moment', end_time: 'moment', expiry_time: 'moment' }),
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
  date_created: 'moment',
  date_updated: 'moment',
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
  schedule_time: 'moment',
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
export const answer = envelope.with({ response: 'anything' });

/** One item of `response`, but for its data. */
export const item = object({
  code: 'number',
  status: 'text',
  error_data: object({ code: 'number', message: 'text', description: 'text' }),
});

/** One item of `response` that is about a campaign. */
export const campaignItem = item.with({ data: campaign });
/** One item of `message-details`. */
export const messageItem = item.with({ data: message });

/** What is POSTed to `status_callback`. */
export const campaignCallback = object({
  campaign_sid: 'text',
  date_created: 'moment',
  date_updated: 'moment',
  status: 'text',
  reports: 'text',
});

/** What is POSTed to `sms_status_callback`. */
export const messageCallback = object({
  campaign_sid: 'text',
  sms_sid: 'text',
  date_created: 'moment',
  date_sent: 'moment',
  number: 'text',
  status: 'text',
});
