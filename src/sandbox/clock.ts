/** Where the time of day comes from, in epoch milliseconds. */
export type Clock = () => number;

const INDIAN_OFFSET_MS = 5.5 * 3_600_000;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** A time as every sample of the API document writes it: Indian time, offset +05:30, no milliseconds. */
export function indianTime(epochMs: number): string {
  return `${new Date(epochMs + INDIAN_OFFSET_MS).toISOString().slice(0, 19)}+05:30`;
}

/** `2021-06-04 11:11:10`, as in the default campaign name (API document, 'Create SMS Campaign'). */
export function indianDateAndTime(epochMs: number): string {
  return indianTime(epochMs).slice(0, 19).replace('T', ' ');
}

/** Reads an RFC 3339 date-time; undefined when it is none. */
export function parseTime(text: string): number | undefined {
  if (!RFC_3339.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/**
 * A campaign's own time. It runs `speed` times as fast as the real clock from the anchor on, and stands still
 * (speed 0) while the campaign is paused, so that hours of sending fit in seconds.
 */
export interface VirtualTime {
  readonly real: number;
  readonly virtual: number;
  readonly speed: number;
}

/** The virtual time at a real moment. */
export function virtualAt(time: VirtualTime, real: number): number {
  return time.virtual + (real - time.real) * time.speed;
}

/** The real moment of a virtual time: what `date_updated` shows of something that happened while nobody looked. */
export function realAt(time: VirtualTime, virtual: number): number {
  return time.speed === 0 ? time.real : time.real + (virtual - time.virtual) / time.speed;
}

/** The same virtual time, going on from now at another speed. */
export function atSpeed(time: VirtualTime, real: number, speed: number): VirtualTime {
  return { real, virtual: virtualAt(time, real), speed };
}
