import {
  type Campaign,
  type CampaignParameters,
  defaultEnd,
  defaultStart,
  isFarEnoughAhead,
  MINIMUM_RUN_MS,
} from '../campaign.js';
import { indianDateAndTime, indianTime, parseTime } from '../clock.js';
import { ApiFailure } from './failure.js';
import { type ApiRequest } from './operation.js';
import { characterCount } from './query.js';

/** Unchecked parameters of a request. */
export type Body = Readonly<Record<string, unknown>>;

/** Whether a JSON value is an object. */
export function isBody(value: unknown): value is Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the JSON of a request. The curl samples have flat parameters, the other samples nest them in `smscampaigns` (API
 * document, 'Create SMS Campaign'): both are accepted.
 */
export function readBody({ contentType, rawBody }: ApiRequest): Body {
  if (!/^application\/json\s*(;|$)/i.test(contentType)) throw ApiFailure.unsupportedContentType(contentType);
  let body: unknown;
  try {
    body = JSON.parse(rawBody);
  } catch {
    throw ApiFailure.unparsable('The body is not JSON');
  }
  if (!isBody(body)) throw ApiFailure.unparsable('The body is not a JSON object');
  return nestedParameters(body);
}

/** Parameters of a body, which may be nested in `smscampaigns`. */
export function nestedParameters(body: Body): Body {
  return isBody(body.smscampaigns) ? body.smscampaigns : body;
}

const MAXIMUM_LISTS = { static: 5, dynamic: 1 } as const;
const MAXIMUM_TEMPLATE_LENGTH = 2_000;
const MAXIMUM_VARIABLES = 5;
const VARIABLE = /@@[\p{L}\p{M}\p{N}_]+/gu;

/** "It should be greater than 3 characters"; the default is 'AccountSID CurrentDate CurrentTime'. */
function readName(value: unknown, { now, accountSid }: { now: number; accountSid: string }): string {
  if (value === undefined || value === null) return `${accountSid} ${indianDateAndTime(now)}`;
  if (typeof value !== 'string' || characterCount(value.trim()) <= 3) {
    throw ApiFailure.invalid('name', 'must have more than 3 characters');
  }
  return value;
}

/** "Up to 5 listSid" for a static campaign, a "single listsid" for a dynamic one. */
function readLists(value: unknown, contentType: CampaignParameters['contentType']): string[] {
  const lists: unknown[] = Array.isArray(value) ? value : [];
  const sids = lists.filter((sid): sid is string => typeof sid === 'string' && sid.trim() !== '');
  if (sids.length === 0 || sids.length < lists.length) {
    throw ApiFailure.invalid('lists', 'must be an array of list sids');
  }
  const maximum = MAXIMUM_LISTS[contentType];
  if (sids.length > maximum) {
    throw ApiFailure.invalid('lists', `of a ${contentType} campaign can have at most ${maximum} sids`);
  }
  return sids;
}

/** "Numeric Value": a text of digits. JSON numbers are refused, since 19 digits exceed their precision. */
function readDltId(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || !/^\d+$/.test(value)) {
    throw ApiFailure.invalid(name, 'must be a numeric text');
  }
  return value;
}

/** "Alphabetical string (transactional), Numeric (Promotional)". */
function readSender(value: unknown, smsType: string): string {
  const [form, rule] =
    smsType === 'promotional' ? [/^\d+$/, 'must be numeric'] : [/^[A-Za-z]+$/, 'must be alphabetical'];
  if (typeof value !== 'string' || !form.test(value)) {
    throw ApiFailure.invalid('sender_id', `of a ${smsType} campaign ${rule}`);
  }
  return value;
}

/** "Body of the Sms (Max 2000 char)"; "you can replace up to 5 variables" `@@column_header`. */
function readTemplate(value: unknown, contentType: CampaignParameters['contentType']): string {
  if (typeof value !== 'string') throw ApiFailure.invalid('template', 'must be a text');
  if (characterCount(value) > MAXIMUM_TEMPLATE_LENGTH) {
    throw ApiFailure.invalid('template', `can have at most ${MAXIMUM_TEMPLATE_LENGTH} characters`);
  }
  const variables = new Set(value.match(VARIABLE) ?? []);
  if (contentType === 'dynamic' && variables.size > MAXIMUM_VARIABLES) {
    throw ApiFailure.invalid('template', `can have at most ${MAXIMUM_VARIABLES} variables`);
  }
  return value;
}

/** "Valid http/https url". */
function readCallback(body: Body, name: string): string | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  const isUrl = typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
  if (!isUrl) throw ApiFailure.invalid(name, 'must be a valid http or https url');
  return value;
}

/**
 * Reads `schedule`: "when to start and end a campaign in RFC 3339 date-time". Both times have a default. The document's
 * create sample ends three minutes after its start, against the document's rule of two hours; the rule applies here.
 */
function readSchedule(
  value: unknown,
  { now, isStartUnchanged = false }: Circumstances,
): { startsAt: number; endsAt: number } {
  if (value !== undefined && value !== null && !isBody(value)) {
    throw ApiFailure.invalid('schedule', 'must be an object');
  }
  const schedule = value ?? {};
  const startsAt = readTime(schedule, 'start_time') ?? defaultStart(now);
  if (!isStartUnchanged && !isFarEnoughAhead(startsAt, now)) {
    throw ApiFailure.invalid('schedule.start_time', 'must be at least 10 minutes ahead of the current time');
  }
  const endsAt = readTime(schedule, 'end_time') ?? defaultEnd(startsAt);
  if (endsAt - startsAt < MINIMUM_RUN_MS) {
    throw ApiFailure.invalid('schedule.end_time', 'must be at least 2 hours after start_time');
  }
  return { startsAt, endsAt };
}

function readTime(schedule: Body, name: string): number | undefined {
  const value = schedule[name];
  if (value === undefined || value === null) return undefined;
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  if (time === undefined) throw ApiFailure.invalid(`schedule.${name}`, 'must be an RFC 3339 date-time');
  // Times of the API have whole seconds.
  return Math.floor(time / 1000) * 1000;
}

const MANDATORY = [
  'content_type',
  'lists',
  'channel',
  'dlt_entity_id',
  'dlt_template_id',
  'sender_id',
  'sms_type',
  'template',
] as const;

/** Values that the rules depend on besides the body. An unchanged start is not checked again. */
interface Circumstances {
  readonly now: number;
  readonly accountSid: string;
  readonly isStartUnchanged?: boolean;
}

/** Reads a body, with all rules of the API document, 'Create SMS Campaign'. @throws ApiFailure for the first broken rule. */
export function campaignParameters(body: Body, circumstances: Circumstances): CampaignParameters {
  for (const name of MANDATORY) {
    if (body[name] === undefined || body[name] === null || body[name] === '') throw ApiFailure.missing(name);
  }
  oneOf(body, 'channel', ['sms']);
  const contentType = oneOf(body, 'content_type', ['static', 'dynamic']);
  // `transactional_opt_in` is only in the document's list sample, not in its tables.
  const smsType = oneOf(body, 'sms_type', ['transactional', 'promotional', 'transactional_opt_in']);
  return {
    name: readName(body.name, circumstances),
    contentType,
    lists: readLists(body.lists, contentType),
    ...readSchedule(body.schedule, circumstances),
    statusCallback: readCallback(body, 'status_callback'),
    smsStatusCallback: readCallback(body, 'sms_status_callback'),
    dltTemplateId: readDltId(body, 'dlt_template_id'),
    dltEntityId: readDltId(body, 'dlt_entity_id'),
    senderId: readSender(body.sender_id, smsType),
    smsType,
    template: readTemplate(body.template, contentType),
  };
}

/** The tables have `SMS` and `Transactional`, the samples `sms` and `transactional`: any case is accepted. */
function oneOf<Value extends string>(body: Body, name: string, values: readonly Value[]): Value {
  const given = body[name];
  const value = values.find((known) => typeof given === 'string' && given.toLowerCase() === known);
  if (value === undefined) throw ApiFailure.invalid(name, `must be one of ${values.join(', ')}`);
  return value;
}

/**
 * Parameters of a campaign after an update: the current ones merged with the given ones, under the rules of a create. An
 * unchanged start may be near.
 */
export function changedParameters(campaign: Campaign, body: Body, now: number): CampaignParameters {
  const given = isBody(body.schedule) ? body.schedule : {};
  const schedule =
    body.schedule === undefined || isBody(body.schedule)
      ? { ...currentSchedule(campaign), ...given }
      : body.schedule;
  return campaignParameters(
    { ...currentBody(campaign), ...body, schedule },
    { now, accountSid: campaign.accountSid, isStartUnchanged: given.start_time === undefined },
  );
}

function currentBody(campaign: Campaign): Body {
  return {
    name: campaign.name,
    content_type: campaign.contentType,
    lists: campaign.lists,
    channel: 'SMS',
    status_callback: campaign.statusCallback,
    sms_status_callback: campaign.smsStatusCallback,
    dlt_template_id: campaign.dltTemplateId,
    dlt_entity_id: campaign.dltEntityId,
    sender_id: campaign.senderId,
    sms_type: campaign.smsType,
    template: campaign.template,
  };
}

function currentSchedule(campaign: Campaign): Body {
  return { start_time: indianTime(campaign.startsAt), end_time: indianTime(campaign.endsAt) };
}
