/** A timer that waits for the time of the test. */
interface Held {
  readonly handle: NodeJS.Timeout;
  readonly run: () => void;
  readonly ms: number;
  readonly repeats: boolean;
  atMs: number;
}

type Callback = (...args: unknown[]) => void;

/** Real time for the work of a fired timer: turns of the event loop, no time for the gateway. */
const momentMs = 2;
const real = { setTimeout, setInterval, clearTimeout, clearInterval };

/**
 * A clock that the test advances. From its creation on, every timer that is not short waits for it, in any module;
 * `release` restores the real timers.
 */
export class HeldTimers {
  #nowMs = Date.now();
  #isReleased = false;
  readonly #held = new Map<unknown, Held>();

  /** @param fromMs shorter timers run in real time: clients, `until` and slow upstreams use them too. */
  constructor(fromMs = 1000) {
    const clear = (handle?: NodeJS.Timeout | number | string): void => {
      this.#held.delete(handle);
      real.clearTimeout(handle);
    };
    const once = (callback: Callback, ms?: number, ...args: unknown[]) =>
      this.#set(false, fromMs, callback, ms, args);
    Object.assign(globalThis, {
      setTimeout: Object.defineProperties(once, Object.getOwnPropertyDescriptors(real.setTimeout)),
      setInterval: (callback: Callback, ms?: number, ...args: unknown[]) =>
        this.#set(true, fromMs, callback, ms, args),
      clearTimeout: clear,
      clearInterval: clear,
    });
  }

  /** Epoch milliseconds; for the gateway's clock. */
  readonly now = (): number => this.#nowMs;

  /** Advances the clock: timers run when they are due, one after another. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    for (let due = this.#firstDue(untilMs); due; due = this.#firstDue(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      if (due.repeats) due.atMs += due.ms;
      else {
        this.#held.delete(due.handle);
        real.clearTimeout(due.handle);
      }
      due.run();
      await new Promise((resolve) => real.setTimeout(resolve, momentMs));
    }
    this.#nowMs = untilMs;
  }

  /** Restores the real timers; waiting timers continue from the time at which they were set. */
  release(): void {
    Object.assign(globalThis, real);
    this.#isReleased = true;
  }

  #firstDue(untilMs: number): Held | undefined {
    let first: Held | undefined;
    for (const one of this.#held.values())
      if (one.atMs <= untilMs && (!first || one.atMs < first.atMs)) first = one;
    return first;
  }

  #set(repeats: boolean, fromMs: number, callback: Callback, ms = 0, args: unknown[]): NodeJS.Timeout {
    const set = repeats ? real.setInterval : real.setTimeout;
    if (ms < fromMs) return set(callback, ms, ...args);
    const run = (): void => {
      callback(...args);
    };
    const handle = set(() => {
      if (this.#isReleased) run();
    }, ms);
    const held: Held = { handle, run, ms, repeats, atMs: this.#nowMs + ms };
    const refresh = handle.refresh.bind(handle);
    handle.refresh = () => {
      held.atMs = this.#nowMs + ms;
      return refresh();
    };
    this.#held.set(handle, held);
    return handle;
  }
}
