import { ContentType, SmsType } from '../campaigns/campaign.js';
import { problem, type UserProblem } from '../errors.js';
import { fieldProblems, scheduleProblems } from './create.js';
import { type CampaignDraft } from './draft.js';

/** The part of a campaign that the rules on an update use. */
export interface CurrentCampaign {
  readonly contentType: ContentType;
  readonly smsType: SmsType;
  readonly senderId: string;
  readonly lists: readonly { readonly sid: string }[];
  readonly schedule: { readonly startTime?: string | null; readonly endTime?: string | null };
}

/** True if the draft has no value at all. */
export function isEmptyDraft(draft: CampaignDraft): boolean {
  const { schedule, ...rest } = draft;
  const values = [...Object.values(rest), schedule?.startTime, schedule?.endTime];
  return values.every((value) => value == null);
}

/** A campaign that is not known: no rule takes a value from it. */
const unknownCampaign: CurrentCampaign = {
  contentType: ContentType.UNKNOWN,
  smsType: SmsType.UNKNOWN,
  senderId: '',
  lists: [],
  schedule: { startTime: new Date(0).toISOString() },
};

/** Problems of an update by its input alone, whatever the campaign is. */
export function inputProblems(draft: CampaignDraft, nowMs: number): UserProblem[] {
  return updateProblems(draft, unknownCampaign, nowMs);
}

/**
 * Rules on an update. They apply to the given values together with those that stay.
 *
 * A rule on two fields (lists and content type, sender and SMS type, end and start) is checked if either is given. An
 * unchanged field is reported only if a given one breaks its rule.
 */
export function updateProblems(draft: CampaignDraft, current: CurrentCampaign, nowMs: number): UserProblem[] {
  if (isEmptyDraft(draft)) return [problem('BLANK', ['input'], 'Nothing to change was given.')];
  const merged: CampaignDraft = {
    ...draft,
    contentType: draft.contentType ?? current.contentType,
    smsType: draft.smsType ?? current.smsType,
    ...(draft.contentType != null && { lists: draft.lists ?? knownLists(current) }),
    ...(draft.smsType != null && { senderId: draft.senderId ?? (current.senderId || null) }),
  };
  const given = new Set(Object.entries(draft).flatMap(([key, value]) => (value == null ? [] : [key])));
  return [
    ...fieldProblems(merged).flatMap((found) => atGivenField(found, given)),
    ...movedScheduleProblems(draft, current, nowMs),
  ];
}

/** An empty `lists` means that it was unreadable: every campaign has at least one. */
function knownLists({ lists }: CurrentCampaign): readonly string[] | null {
  return lists.length === 0 ? null : lists.map(({ sid }) => sid);
}

/** Moves a problem from an unchanged field to the given one that caused it; drops problems without a given field. */
function atGivenField(found: UserProblem, given: ReadonlySet<string>): UserProblem[] {
  const field = found.field?.[1] ?? '';
  if (given.has(field)) return [found];
  if (field === 'lists') return [{ ...found, field: ['input', 'contentType'] }];
  if (field === 'senderId') return [{ ...found, field: ['input', 'smsType'] }];
  return [];
}

/** A problem of the end, where only the start was given. */
const startTooLate = problem(
  'INVALID',
  ['input', 'schedule', 'startTime'],
  'The start must be at least 2 hours before the end of the campaign: give an earlier start, or a later end too.',
);

/** A start moved too close to an unchanged end breaks the rule of 2 hours, as an early end does. */
function movedScheduleProblems(draft: CampaignDraft, current: CurrentCampaign, nowMs: number): UserProblem[] {
  if (draft.schedule == null) return [];
  const { schedule: given } = draft;
  const isEndUnchanged = given.startTime != null && given.endTime == null && current.schedule.endTime != null;
  const schedule = isEndUnchanged ? { ...given, endTime: new Date(current.schedule.endTime ?? 0) } : given;
  const assumedStart = current.schedule.startTime == null ? undefined : new Date(current.schedule.startTime);
  const problems = scheduleProblems({ schedule }, nowMs, assumedStart);
  return isEndUnchanged
    ? problems.map((found) => (found.field?.[2] === 'endTime' ? startTooLate : found))
    : problems;
}
