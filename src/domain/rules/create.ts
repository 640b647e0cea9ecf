import { ContentType, SmsType } from '../campaigns/campaign.js';
import { problem, type UserProblem } from '../errors.js';
import { maximumSidLength } from '../campaigns/sid.js';
import {
  callbackProblems,
  type CampaignDraft,
  dltProblems,
  garbled,
  maximumSenderLength,
  nameProblems,
  templateProblems,
  tooLong,
} from './draft.js';
import { isBlank, isGarbled, isLongerThan } from '../text.js';

/** "Up to 5 listSid can be part of one single campaign" (API document, `lists`). */
const maximumStaticLists = 5;

/** `UNKNOWN` is an output value only: the upstream has no such value. */
function enumProblems({ contentType, smsType }: CampaignDraft): UserProblem[] {
  const problems: UserProblem[] = [];
  if (contentType === ContentType.UNKNOWN)
    problems.push(
      problem('INVALID', ['input', 'contentType'], 'The content type must be STATIC or DYNAMIC.'),
    );
  if (smsType === SmsType.UNKNOWN)
    problems.push(
      problem('INVALID', ['input', 'smsType'], 'The SMS type must be one that the upstream takes.'),
    );
  return problems;
}

function countProblem(contentType: CampaignDraft['contentType'], count: number): UserProblem[] {
  const field = ['input', 'lists'];
  if (count === 0) return [problem('TOO_FEW', field, 'At least one contact list is needed.')];
  if (contentType === ContentType.DYNAMIC && count > 1)
    return [problem('TOO_MANY', field, `A dynamic campaign takes exactly one list; ${count} were given.`)];
  if (count > maximumStaticLists)
    return [
      problem('TOO_MANY', field, `At most ${maximumStaticLists} lists are taken; ${count} were given.`),
    ];
  return [];
}

/** Further lists are not checked one by one: there are too many already. */
const maximumChecked = 50;

/** One to five lists for a static campaign, exactly one for a dynamic one (API document, `lists`). */
function listProblems({ lists, contentType }: CampaignDraft): UserProblem[] {
  if (lists == null) return [];
  const items = lists.slice(0, maximumChecked).flatMap((sid, index) => {
    const field = ['input', 'lists', String(index)];
    if (isLongerThan(sid, maximumSidLength)) return [tooLong(field, 'The list sid', maximumSidLength)];
    if (isBlank(sid)) return [problem('BLANK', field, 'The list sid is blank.')];
    if (isGarbled(sid)) return [garbled(field)];
    return lists.indexOf(sid) < index ? [problem('DUPLICATE', field, 'The list is given twice.')] : [];
  });
  return [...countProblem(contentType, lists.length), ...items];
}

/** "Alphabetical string (transactional), Numeric (Promotional)" (API document, `sender_id`). */
function senderProblems({ senderId, smsType }: CampaignDraft): UserProblem[] {
  if (senderId == null) return [];
  const field = ['input', 'senderId'];
  if (isLongerThan(senderId, maximumSenderLength)) return [tooLong(field, 'The sender', maximumSenderLength)];
  if (isBlank(senderId)) return [problem('BLANK', field, 'The sender is blank.')];
  if (smsType === SmsType.PROMOTIONAL)
    return /^\d+$/.test(senderId)
      ? []
      : [problem('INVALID', field, 'The sender of a promotional campaign must have digits only.')];
  if (smsType == null || smsType === SmsType.UNKNOWN) return [];
  return /^[A-Za-z]+$/.test(senderId)
    ? []
    : [problem('INVALID', field, 'The sender of a transactional campaign must have letters only.')];
}

const minuteMs = 60_000;
/** "start_time should be atleast 10 mins ahead of current time" (API document, `schedule`). */
const minimumLeadMs = 10 * minuteMs;
/** "There has to be min 2 hours gap between start_time and end_time" (API document, `schedule`). */
const minimumDurationMs = 120 * minuteMs;

/**
 * Rules on the start and the end of a campaign.
 *
 * @param nowMs the gateway's clock in epoch milliseconds.
 * @param assumedStart the start where the draft has none: that of the campaign on an update, the upstream's default
 *   (10 minutes after creation) on a create.
 */
export function scheduleProblems(
  { schedule }: CampaignDraft,
  nowMs: number,
  assumedStart: Date = new Date(nowMs + minimumLeadMs),
): UserProblem[] {
  const { startTime, endTime } = schedule ?? {};
  const problems = [...yearProblems('startTime', startTime), ...yearProblems('endTime', endTime)];
  if (startTime && startTime.getTime() < nowMs + minimumLeadMs)
    problems.push(
      problem(
        'TOO_EARLY',
        ['input', 'schedule', 'startTime'],
        'The start must be at least 10 minutes from now.',
      ),
    );
  const start = startTime ?? assumedStart;
  if (endTime && endTime.getTime() < start.getTime() + minimumDurationMs)
    problems.push(
      problem(
        'TOO_EARLY',
        ['input', 'schedule', 'endTime'],
        'The end must be at least 2 hours after the start.',
      ),
    );
  return problems;
}

/** The last moment that RFC 3339 can express in UTC: its years have four digits. */
const latestMs = Date.UTC(10_000, 0) - 1;

function yearProblems(field: 'startTime' | 'endTime', time: Date | null | undefined): UserProblem[] {
  return time && time.getTime() > latestMs
    ? [problem('INVALID', ['input', 'schedule', field], 'The time must be before the year 10000 in UTC.')]
    : [];
}

/**
 * All rules of the API document on a new campaign, so that a form can mark all its fields at once.
 *
 * @param nowMs the gateway's clock in epoch milliseconds.
 * @returns all problems; empty if the upstream should accept the draft.
 */
export function createProblems(draft: CampaignDraft, nowMs: number): UserProblem[] {
  return [...fieldProblems(draft), ...scheduleProblems(draft, nowMs)];
}

/** The rules on a new campaign and its idempotency key. */
export function newCampaignProblems(
  draft: CampaignDraft,
  idempotencyKey: string | null,
  nowMs: number,
): UserProblem[] {
  return [...createProblems(draft, nowMs), ...keyProblems(idempotencyKey)];
}

/** Longer than any id that clients generate. */
const maximumKeyLength = 255;

/** Rules on an idempotency key. Garbled keys are refused, since layers could take two of them for the same key. */
export function keyProblems(idempotencyKey: string | null): UserProblem[] {
  const field = ['input', 'idempotencyKey'];
  if (idempotencyKey === null) return [];
  if (isLongerThan(idempotencyKey, maximumKeyLength)) return [tooLong(field, 'The key', maximumKeyLength)];
  if (isBlank(idempotencyKey)) return [problem('BLANK', field, 'The key is blank; leave it out instead.')];
  return isGarbled(idempotencyKey) ? [garbled(field)] : [];
}

/** The rules that need no clock, in the order of the input's fields. */
export function fieldProblems(draft: CampaignDraft): UserProblem[] {
  const rules = [
    nameProblems,
    enumProblems,
    listProblems,
    dltProblems,
    senderProblems,
    templateProblems,
    callbackProblems,
  ];
  return rules.flatMap((rule) => rule(draft));
}
