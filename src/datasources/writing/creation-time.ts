/** When a request was sent, and until when it may have been processed; epoch milliseconds, by our clock. */
export interface SentSpan {
  readonly sentAtMs: number;
  readonly sealedAtMs: number;
}

/** How far the clock that writes `date_created` may be from the one that writes the `Date` header. */
const clockToleranceMs = 5 * 60_000;
/** Some layers keep minutes only, and the header has seconds. */
const precisionMs = 61_000;

/**
 * Tells whether a campaign may have been created by a request, by its creation time.
 * @param createdAt undefined where it can't be read.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` of its answers. Which of the two is wrong is not
 * known, so the time may be near either.
 */
export function isLikelyCreation(
  { sentAtMs, sealedAtMs }: SentSpan,
  createdAt: string | undefined,
  aheadMs: number,
): boolean {
  if (createdAt === undefined) return true;
  const createdMs = Date.parse(createdAt);
  const slackMs = clockToleranceMs + precisionMs;
  return [0, aheadMs].some(
    (offsetMs) => createdMs >= sentAtMs + offsetMs - slackMs && createdMs <= sealedAtMs + offsetMs + slackMs,
  );
}

/** What was created by a request was not created before; by the upstream's clock. */
export function earliestCreationMs({ sentAtMs }: SentSpan, aheadMs: number): number {
  return sentAtMs + Math.min(0, aheadMs) - clockToleranceMs - precisionMs;
}
