const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A time of the gateway, in the reader's time zone. */
export function shown(time: string | null): string {
  return time === null ? 'not set' : dateTime.format(new Date(time));
}

/** A duration in the largest unit that fits. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000)); // never negative: the two clocks may differ
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Time zone of the reader, for times that are entered. */
export const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
