import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type Campaign } from '../../../schema/campaign.js';
import { hasDefaultTimes } from './same-campaign.js';

/** When a request was sent, and the time by which it is processed, if ever. Epoch milliseconds, by our clock. */
export interface SentSpan {
  readonly sentAtMs: number;
  readonly settledByMs: number;
}

const [minuteMs, hourMs] = [60_000, 3_600_000];

/** The error that is tolerated between the clock of `date_created` and the clock of the `Date` header. */
const clockToleranceMs = 5 * minuteMs;
/** Some layers drop the seconds of a time, and the header drops milliseconds. */
const precisionMs = 61_000;
const slackMs = clockToleranceMs + precisionMs;
/** The times of the API document have the Indian offset. */
const indianOffsetMs = 5.5 * hourMs;
/** Largest offset of a time zone. */
const largestShiftMs = 14 * hourMs;
/** Offsets of time zones are whole quarters of an hour. */
const zoneStepMs = 15 * minuteMs;
/** Most by which a layer rounds the times of a schedule. */
const roundingMs = hourMs;

/**
 * Tells whether a request may have created a campaign, by the campaign's creation time. Either clock may be wrong, so the time may
 * be near either of them.
 * @param createdAt undefined for a time that is unreadable.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` header of its answers.
 */
export function isLikelyCreation(span: SentSpan, createdAt: string | undefined, aheadMs: number): boolean {
  return createdAt === undefined || isNear(span, createdAt, [0, aheadMs]);
}

/**
 * Tells whether a wrong time zone explains both the creation time and the schedule of a campaign. A single layer makes that one
 * error, and may leave some of the times alone. Without other evidence the Indian offset is the only likely one; a schedule
 * that is off by a whole number of quarter hours is evidence of another.
 */
export function isShifted(
  span: SentSpan,
  draft: CampaignDraft,
  campaign: Campaign,
  aheadMs: number,
): boolean {
  const times = [
    [draft.schedule?.startTime, campaign.schedule.startTime],
    [draft.schedule?.endTime, campaign.schedule.endTime],
  ] as const;
  const errorsMs = times.flatMap(([sent, stored]) =>
    sent == null || stored == null ? [] : [Date.parse(stored) - sent.getTime()],
  );
  return [-indianOffsetMs, indianOffsetMs, ...errorsMs.flatMap(zoneShiftOf)].some((shiftMs) => {
    const isExplained = (errorMs: number): boolean =>
      [0, shiftMs].some((each) => Math.abs(errorMs - each) < roundingMs);
    const areDefaults = [0, shiftMs].some((each) => {
      const createdAt = new Date(Date.parse(campaign.createdAt) - each).toISOString();
      return hasDefaultTimes(draft, { ...campaign, createdAt });
    });
    const isCreation = isNear(span, campaign.createdAt, [shiftMs, aheadMs + shiftMs]);
    return isCreation && areDefaults && errorsMs.every(isExplained);
  });
}

/** The shift between two time zones that an error of a time shows, if any. */
function zoneShiftOf(errorMs: number): number[] {
  const shiftMs = Math.round(errorMs / zoneStepMs) * zoneStepMs;
  const isShift = Math.abs(errorMs - shiftMs) < minuteMs && Math.abs(shiftMs) <= largestShiftMs;
  return isShift && shiftMs !== 0 ? [shiftMs] : [];
}

function isNear(
  { sentAtMs, settledByMs }: SentSpan,
  createdAt: string,
  offsetsMs: readonly number[],
): boolean {
  const createdMs = Date.parse(createdAt);
  return offsetsMs.some(
    (offsetMs) => createdMs >= sentAtMs + offsetMs - slackMs && createdMs <= settledByMs + offsetMs + slackMs,
  );
}

/**
 * The earliest start that the list may show for a campaign that a request created.
 * @param startTime the start that was sent, if any.
 */
export function earliestStartMs(
  { sentAtMs }: SentSpan,
  startTime: Date | null | undefined,
  aheadMs: number,
): number {
  const earliestCreationMs = sentAtMs + Math.min(0, aheadMs) - slackMs;
  return Math.min(earliestCreationMs, startTime?.getTime() ?? Infinity) - largestShiftMs;
}
