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
