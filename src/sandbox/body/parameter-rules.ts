import { ApiFailure } from '../api-failure.js';
import { type CampaignParameters } from '../campaign.js';
import { indianDateAndTime } from '../clock.js';
import { characterCount } from '../characters.js';
import { type Body } from './request-body.js';

const MOST_LISTS = { static: 5, dynamic: 1 } as const;
const LONGEST_TEMPLATE = 2_000;
const MOST_VARIABLES = 5;
const VARIABLE = /@@[\p{L}\p{M}\p{N}_]+/gu;

/** "It should be greater than 3 characters"; the default is 'AccountSID CurrentDate CurrentTime'. */
export function readName(value: unknown, { now, accountSid }: { now: number; accountSid: string }): string {
  if (value === undefined || value === null) return `${accountSid} ${indianDateAndTime(now)}`;
  if (typeof value !== 'string' || characterCount(value.trim()) <= 3) {
    throw ApiFailure.invalid('name', 'must have more than 3 characters');
  }
  return value;
}

/** "Up to 5 listSid" for a static campaign, a "single listsid" for a dynamic one. */
export function readLists(value: unknown, contentType: CampaignParameters['contentType']): string[] {
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
export function readDltId(body: Body, name: string): string {
  const value = body[name];
  if (typeof value !== 'string' || !/^\d+$/.test(value)) {
    throw ApiFailure.invalid(name, 'must be a numeric text');
  }
  return value;
}

/** "Alphabetical string (transactional), Numeric (Promotional)". */
export function readSender(value: unknown, smsType: string): string {
  const [form, rule] =
    smsType === 'promotional' ? [/^\d+$/, 'must be numeric'] : [/^[A-Za-z]+$/, 'must be alphabetical'];
  if (typeof value !== 'string' || !form.test(value)) {
    throw ApiFailure.invalid('sender_id', `of a ${smsType} campaign ${rule}`);
  }
  return value;
}

/** "Body of the Sms (Max 2000 char)"; "you can replace up to 5 variables" `@@column_header`. */
export function readTemplate(value: unknown, contentType: CampaignParameters['contentType']): string {
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
export function readCallback(body: Body, name: string): string | null {
  const value = body[name];
  if (value === undefined || value === null) return null;
  const isUrl = typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value);
  if (!isUrl) throw ApiFailure.invalid(name, 'must be a valid http or https url');
  return value;
}
