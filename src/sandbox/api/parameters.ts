import {
  type Campaign,
  type CampaignParameters,
  defaultEnd,
  defaultStart,
  isFarEnoughAhead,
  SHORTEST_RUN_MS,
} from '../campaign.js';
import { indianDateAndTime, indianTime, parseTime } from '../clock.js';
import { ApiFailure } from './failure.js';
import { characterCount } from './query.js';
import { type Body, isBody } from './request-body.js';

const MOST_LISTS = { static: 5, dynamic: 1 } as const;
const LONGEST_TEMPLATE = 2_000;
const MOST_VARIABLES = 5;
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
  const most = MOST_LISTS[contentType];
  if (sids.length > most) {
    throw ApiFailure.invalid('lists', `of a ${contentType} campaign can have at most ${most} sids`);
  }
  return sids;
}

/** "Numeric Value": digits in a text. A JSON number of 19 digits would arrive changed, so it is refused. */
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
  if (characterCount(value) > LONGEST_TEMPLATE) {
    throw ApiFailure.invalid('template', `can have at most ${LONGEST_TEMPLATE} characters`);
  }
  const variables = new Set(value.match(VARIABLE) ?? []);
  if (contentType === 'dynamic' && variables.size > MOST_VARIABLES) {
    throw ApiFailure.invalid('template', `can have at most ${MOST_VARIABLES} variables`);
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
 * Reads `schedule`: "when to start and end a campaign in RFC 3339 date-time". Both ends have a default. The
 * document's own create sample ends three minutes after it starts; its rule of two hours counts.
 */
function readSchedule(
  value: unknown,
  { now, startIsKept = false }: Circumstances,
): { startsAt: number; endsAt: number } {
  if (value !== undefined && value !== null && !isBody(value)) {
    throw ApiFailure.invalid('schedule', 'must be an object');
  }
  const schedule = value ?? {};
  const startsAt = readTime(schedule, 'start_time') ?? defaultStart(now);
  if (!startIsKept && !isFarEnoughAhead(startsAt, now)) {
    throw ApiFailure.invalid('schedule.start_time', 'must be at least 10 minutes ahead of the current time');
  }
  const endsAt = readTime(schedule, 'end_time') ?? defaultEnd(startsAt);
  if (endsAt - startsAt < SHORTEST_RUN_MS) {
    throw ApiFailure.invalid('schedule.end_time', 'must be at least 2 hours after start_time');
  }
  return { startsAt, endsAt };
}

function readTime(schedule: Body, name: string): number | undefined {
  const value = schedule[name];
  if (value === undefined || value === null) return undefined;
  const time = typeof value === 'string' ? parseTime(value) : undefined;
  if (time === undefined) throw ApiFailure.invalid(`schedule.${name}`, 'must be an RFC 3339 date-time');
  // The API's times carry whole seconds.
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

/** What the rules depend on besides the body. `startIsKept`: it has been accepted before. */
interface Circumstances {
  readonly now: number;
  readonly accountSid: string;
  readonly startIsKept?: boolean;
}

/** Checks a body against every rule of the API document, 'Create SMS Campaign', and reads it. */
export function campaignParameters(body: Body, circumstances: Circumstances): CampaignParameters {
  for (const name of MANDATORY) {
    if (body[name] === undefined || body[name] === null || body[name] === '') throw ApiFailure.missing(name);
  }
  oneOf(body, 'channel', ['sms']);
  const contentType = oneOf(body, 'content_type', ['static', 'dynamic']);
  // `transactional_opt_in` is in no table, but the document's list sample has it.
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

/** The tables write `SMS` and `Transactional`, the samples `sms` and `transactional`: any case is taken. */
function oneOf<Value extends string>(body: Body, name: string, values: readonly Value[]): Value {
  const given = body[name];
  const value = values.find((known) => typeof given === 'string' && given.toLowerCase() === known);
  if (value === undefined) throw ApiFailure.invalid(name, `must be one of ${values.join(', ')}`);
  return value;
}

/**
 * The parameters a campaign has after an update: those it has, with the given ones laid over, under the same
 * rules as in create. A start that is not given has been accepted before and may be near.
 */
export function changedParameters(campaign: Campaign, body: Body, now: number): CampaignParameters {
  const given = isBody(body.schedule) ? body.schedule : {};
  const schedule =
    body.schedule === undefined || isBody(body.schedule)
      ? { ...presentSchedule(campaign), ...given }
      : body.schedule;
  return campaignParameters(
    { ...presentBody(campaign), ...body, schedule },
    { now, accountSid: campaign.accountSid, startIsKept: given.start_time === undefined },
  );
}

function presentBody(campaign: Campaign): Body {
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

function presentSchedule(campaign: Campaign): Body {
  return { start_time: indianTime(campaign.startsAt), end_time: indianTime(campaign.endsAt) };
}
