import { ApiFailure } from '../api-failure.js';
import { type CampaignParameters } from '../campaign.js';
import { readCallback, readDltId, readLists, readName, readSender, readTemplate } from './parameter-rules.js';
import { type Body } from './request-body.js';
import { readSchedule } from './schedule-rules.js';

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
export interface Circumstances {
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
