const MINUTE = 60_000;

/** "start_time should be atleast 10 mins ahead of current time" (API document, 'Create SMS Campaign'). */
export const LEAD_MS = 10 * MINUTE;

/** "There has to be min 2 hours gap between start_time and end_time" (API document, 'Create SMS Campaign'). */
export const SHORTEST_RUN_MS = 120 * MINUTE;

const DEFAULT_RUN_MS = 30 * 24 * 60 * MINUTE;

/** With no schedule the samples start ten minutes after the creation, on the minute. */
export function defaultStart(createdAt: number): number {
  return Math.ceil((createdAt + LEAD_MS) / MINUTE) * MINUTE;
}

/** With no end the samples run for 30 days. */
export function defaultEnd(startsAt: number): number {
  return startsAt + DEFAULT_RUN_MS;
}

/** Whether a start is far enough ahead; in whole seconds, which is all that the API's times carry. */
export function isFarEnoughAhead(startsAt: number, now: number): boolean {
  return Math.floor(startsAt / 1000) >= Math.floor((now + LEAD_MS) / 1000);
}
