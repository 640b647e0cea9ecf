/** When a request was sent, and by when it is processed, if ever; epoch milliseconds, by our clock. */
export interface SentSpan {
  readonly sentAtMs: number;
  readonly settledByMs: number;
}

/** How far the clock that writes `date_created` may be from the one that writes the `Date` header. */
const clockToleranceMs = 5 * 60_000;
/** Some layers keep minutes only, and the header has seconds. */
const precisionMs = 61_000;
const slackMs = clockToleranceMs + precisionMs;

/**
 * Tells whether a campaign may have been created by a request, by its creation time.
 * @param createdAt undefined where it can't be read.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` of its answers. Either of the two clocks may be wrong,
 * so the time may be near either.
 */
export function isLikelyCreation(span: SentSpan, createdAt: string | undefined, aheadMs: number): boolean {
  return createdAt === undefined || isNear(span, createdAt, [0, aheadMs]);
}

/** The document's times are Indian. */
const indianOffsetMs = 5.5 * 3_600_000;

/** The same for a time that some layer wrote in Indian time as if it were UTC, or the other way round. */
export function isShiftedCreation(span: SentSpan, createdAt: string, aheadMs: number): boolean {
  const offsets = [0, aheadMs].flatMap((offsetMs) => [offsetMs - indianOffsetMs, offsetMs + indianOffsetMs]);
  return isNear(span, createdAt, offsets);
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

/** The earliest creation time of a campaign that a request created; by the upstream's clock. */
export function earliestCreationMs({ sentAtMs }: SentSpan, aheadMs: number): number {
  return sentAtMs + Math.min(0, aheadMs) - slackMs;
}
