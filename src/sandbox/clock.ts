/** Returns the current time in epoch milliseconds. */
export type Clock = () => number;

const INDIAN_OFFSET_MS = 5.5 * 3_600_000;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

/** Formats a time as in all samples of the API document: Indian time (+05:30), without milliseconds. */
export function indianTime(epochMs: number): string {
  return `${new Date(epochMs + INDIAN_OFFSET_MS).toISOString().slice(0, 19)}+05:30`;
}

/** `2021-06-04 11:11:10`, as in the default campaign name (API document, 'Create SMS Campaign'). */
export function indianDateAndTime(epochMs: number): string {
  return indianTime(epochMs).slice(0, 19).replace('T', ' ');
}

/** Parses an RFC 3339 date-time; undefined if it is invalid. */
export function parseTime(text: string): number | undefined {
  if (!RFC_3339.test(text)) return undefined;
  const epochMs = Date.parse(text);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}

/**
 * Virtual time of a campaign, so that hours of sending fit into seconds. From an anchor on it runs `speed` times as fast as
 * the real clock. It stops (speed 0) while the campaign is paused.
 */
export interface VirtualTime {
  readonly real: number;
  readonly virtual: number;
  readonly speed: number;
  /** The time before the last change of speed. */
  readonly before?: VirtualTime;
}

/** Virtual time at a real time. */
export function virtualAt(time: VirtualTime, real: number): number {
  return time.virtual + (real - time.real) * time.speed;
}

/**
 * Real time of a virtual time. Before the first anchor, virtual time was the real time or some constant away from it; after a
 * stop, it is assumed to resume at once and at the real clock's speed.
 */
export function realAt(time: VirtualTime, virtual: number): number {
  const { real, speed, before } = time;
  const sinceMs = virtual - time.virtual;
  if (sinceMs < 0) return before === undefined ? real + sinceMs : realAt(before, virtual);
  return real + (speed === 0 ? sinceMs : sinceMs / speed);
}

/** Whether a virtual clock has ever run faster than the real one. */
export function hasRunAhead({ speed, before }: VirtualTime): boolean {
  return speed > 1 || (before !== undefined && hasRunAhead(before));
}

/** Continues a virtual time at another speed from now on. */
export function atSpeed(time: VirtualTime, real: number, speed: number): VirtualTime {
  return { real, virtual: virtualAt(time, real), speed, before: time };
}
