import { type ContentType, type SmsType } from '../campaign.js';
import { problem, type UserProblem } from '../errors.js';
import { fieldProblems, scheduleProblems } from './create.js';
import { type CampaignDraft } from './draft.js';

/** What an update's rules need to know of the campaign as it is. */
export interface CurrentCampaign {
  readonly contentType: ContentType;
  readonly smsType: SmsType;
  readonly senderId: string;
  readonly lists: readonly { readonly sid: string }[];
  readonly schedule: { readonly startTime?: string | null; readonly endTime?: string | null };
}

/** True where the client said nothing at all. */
export function isEmptyDraft(draft: CampaignDraft): boolean {
  const { schedule, ...rest } = draft;
  const said = [...Object.values(rest), schedule?.startTime, schedule?.endTime];
  return said.every((value) => value == null);
}

/**
 * The rules on an update: what is given, together with what stays.
 *
 * A rule between two fields (lists and content type, sender and SMS type, end and start) is checked where
 * either is given; what is left as it is, is not reported unless what is given breaks it.
 */
export function updateProblems(draft: CampaignDraft, asItIs: CurrentCampaign, nowMs: number): UserProblem[] {
  if (isEmptyDraft(draft)) return [problem('BLANK', ['input'], 'Nothing to change was given.')];
  const merged: CampaignDraft = {
    ...draft,
    contentType: draft.contentType ?? asItIs.contentType,
    smsType: draft.smsType ?? asItIs.smsType,
    ...(draft.contentType != null && { lists: draft.lists ?? asItIs.lists.map(({ sid }) => sid) }),
    ...(draft.smsType != null && { senderId: draft.senderId ?? asItIs.senderId }),
  };
  const said = new Set(Object.entries(draft).flatMap(([key, value]) => (value == null ? [] : [key])));
  return [
    ...fieldProblems(merged).flatMap((found) => blame(found, said)),
    ...movedScheduleProblems(draft, asItIs, nowMs),
  ];
}

/** Points at the field that the client gave where the rule's own stayed; drops what the client can't mend. */
function blame(found: UserProblem, said: ReadonlySet<string>): UserProblem[] {
  const field = found.field?.[1] ?? '';
  if (said.has(field)) return [found];
  if (field === 'lists') return [{ ...found, field: ['input', 'contentType'] }];
  if (field === 'senderId') return [{ ...found, field: ['input', 'smsType'] }];
  return [];
}

/** A start that is moved past the end that stays breaks the 2 hours just as an early end does. */
function movedScheduleProblems(draft: CampaignDraft, asItIs: CurrentCampaign, nowMs: number): UserProblem[] {
  if (draft.schedule == null) return [];
  const { startTime, endTime } = draft.schedule;
  const current = asItIs.schedule;
  const endThatStays = startTime != null && endTime == null && current.endTime != null;
  const schedule = endThatStays ? { startTime, endTime: new Date(current.endTime ?? 0) } : draft.schedule;
  const assumedStart = current.startTime == null ? undefined : new Date(current.startTime);
  const problems = scheduleProblems({ schedule }, nowMs, assumedStart);
  return endThatStays
    ? problems.map((found) => ({ ...found, field: ['input', 'schedule', 'startTime'] }))
    : problems;
}
