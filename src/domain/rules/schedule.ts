import { problem, type UserProblem } from '../user-error.js';
import { type CampaignDraft } from './draft.js';

const minuteMs = 60_000;
/** "start_time should be atleast 10 mins ahead of current time" (API document, `schedule`). */
export const minimumLeadMs = 10 * minuteMs;
/** "There has to be min 2 hours gap between start_time and end_time" (API document, `schedule`). */
export const minimumDurationMs = 120 * minuteMs;

/**
 * Checks the times of a campaign.
 *
 * @param nowMs the gateway's clock.
 * @param assumedStart the start that holds where the draft says none: the campaign's own on an update, the
 *   upstream's default (created + 10 minutes) on a create.
 */
export function scheduleProblems(
  { schedule }: CampaignDraft,
  nowMs: number,
  assumedStart: Date = new Date(nowMs + minimumLeadMs),
): UserProblem[] {
  const problems: UserProblem[] = [];
  const { startTime, endTime } = schedule ?? {};
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
