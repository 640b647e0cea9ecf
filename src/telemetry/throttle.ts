/** An operator needs to be told once, not by every request that meets it. */
const everyMs = 60_000;

/** What is said at most once a minute for each of a few subjects. */
export class Throttle {
  readonly #now: () => number;
  readonly #saidAtMs = new Map<string, number>();

  /** @param now milliseconds of any clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param subject one of a closed set. */
  run(subject: string, say: () => void): void {
    const nowMs = this.#now();
    if (nowMs - (this.#saidAtMs.get(subject) ?? -Infinity) < everyMs) return;
    this.#saidAtMs.set(subject, nowMs);
    say();
  }
}
