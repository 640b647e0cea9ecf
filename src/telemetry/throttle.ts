/** A log line per minute is enough for a problem that every request meets. */
const everyMs = 60_000;

/** Runs an action at most once a minute for each subject. */
export class Throttle {
  readonly #lastRunMs = new Map<string, number>();

  /** @param subject one of a closed set: subjects are never removed. */
  run(subject: string, action: () => void): void {
    const nowMs = performance.now();
    if (nowMs - (this.#lastRunMs.get(subject) ?? -Infinity) < everyMs) return;
    this.#lastRunMs.set(subject, nowMs);
    action();
  }
}
