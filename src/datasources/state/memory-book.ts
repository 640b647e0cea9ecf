import {
  type BookAnswer,
  type BookBeat,
  type BookCall,
  type BookClaim,
  type BookEnd,
  type CallBook,
} from './call-book.js';

/** A call that stands in the book. */
interface EnteredCall {
  readonly gateway: string;
  readonly isBackground: boolean;
  readonly isInFlight: boolean;
  readonly beganAtMs: number;
  /** When it stops counting. */
  readonly expiresAtMs: number;
}

/** The book in the memory of a process that keeps it for others. */
export class MemoryBook implements CallBook {
  readonly #now: () => number;
  readonly #calls = new Map<string, EnteredCall>();
  readonly #gatewaysUntilMs = new Map<string, number>();
  #pausedUntilMs = 0;
  #told = { text: '', by: '' };

  /** @param now milliseconds of a clock that is never set back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  take(gateway: string, claim: BookClaim): Promise<BookAnswer> {
    const nowMs = this.#now();
    const { id, isBackground, inFlightMs } = claim;
    if (this.#calls.has(keyOf(gateway, id))) return this.#answer(gateway, 0);
    const waitMs = this.#waitMs(claim, nowMs);
    if (waitMs > 0) return this.#answer(gateway, waitMs);
    const call = { gateway, isBackground, isInFlight: true, beganAtMs: nowMs };
    this.#calls.set(keyOf(gateway, id), { ...call, expiresAtMs: nowMs + inFlightMs });
    return this.#answer(gateway, 0);
  }

  end(gateway: string, { id, wasSent, minuteMs, pauseMs, told }: BookEnd): Promise<void> {
    const nowMs = this.#now();
    const key = keyOf(gateway, id);
    const { isBackground = false, beganAtMs = nowMs } = this.#calls.get(key) ?? {};
    const ended = { gateway, isBackground, isInFlight: false, beganAtMs, expiresAtMs: nowMs + minuteMs };
    if (wasSent) this.#calls.set(key, ended);
    else this.#calls.delete(key);
    if (told !== '') this.#told = { text: told, by: gateway };
    return this.pause(gateway, pauseMs);
  }

  pause(_gateway: string, ms: number): Promise<void> {
    if (ms > 0) this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#now() + ms);
    return Promise.resolve();
  }

  beat(gateway: string, { ttlMs, own }: BookBeat): Promise<BookAnswer> {
    const nowMs = this.#now();
    this.#gatewaysUntilMs.set(gateway, nowMs + ttlMs);
    if (own) {
      for (const [key, call] of this.#calls) if (call.gateway === gateway) this.#calls.delete(key);
      for (const { id, isBackground, isInFlight, ageMs, leftMs } of own) {
        const span = { beganAtMs: nowMs - ageMs, expiresAtMs: nowMs + leftMs };
        this.#calls.set(keyOf(gateway, id), { gateway, isBackground, isInFlight, ...span });
      }
    }
    return this.#answer(gateway, 0);
  }

  leave(gateway: string): Promise<void> {
    this.#gatewaysUntilMs.delete(gateway);
    return Promise.resolve();
  }

  /** After how long there is a place; 0 or less: there is one. */
  #waitMs({ isBackground, share, backgroundShare, minuteMs }: BookClaim, nowMs: number): number {
    const all = [...this.#counting(nowMs)];
    const waitFor = (calls: readonly EnteredCall[], places: number): number => {
      const tooMany = calls.length + 1 - places;
      if (tooMany <= 0) return 0;
      const ends = calls.map(({ expiresAtMs }) => Math.min(expiresAtMs - nowMs, minuteMs));
      return ends.sort((a, b) => a - b)[tooMany - 1] ?? minuteMs;
    };
    const background = isBackground ? all.filter((call) => call.isBackground) : [];
    return Math.max(
      this.#pausedUntilMs - nowMs,
      waitFor(all, share),
      isBackground ? waitFor(background, backgroundShare) : 0,
    );
  }

  /** The calls that count; what does no more is struck out. */
  *#counting(nowMs: number): Generator<EnteredCall> {
    for (const [key, call] of this.#calls)
      if (call.expiresAtMs <= nowMs) this.#calls.delete(key);
      else yield call;
  }

  #answer(gateway: string, waitMs: number): Promise<BookAnswer> {
    const nowMs = this.#now();
    for (const [other, untilMs] of this.#gatewaysUntilMs)
      if (untilMs <= nowMs) this.#gatewaysUntilMs.delete(other);
    const others = [...this.#counting(nowMs)].filter((call) => call.gateway !== gateway);
    return Promise.resolve({
      isGranted: waitMs === 0,
      waitMs: Math.ceil(waitMs),
      pausedMs: Math.max(0, Math.ceil(this.#pausedUntilMs - nowMs)),
      gateways: this.#gatewaysUntilMs.size,
      told: this.#told.by === gateway ? '' : this.#told.text,
      calls: others.map((call) => spansOf(call, nowMs)),
    });
  }
}

function keyOf(gateway: string, id: string): string {
  return `${gateway}/${id}`;
}

function spansOf({ isBackground, isInFlight, beganAtMs, expiresAtMs }: EnteredCall, nowMs: number): BookCall {
  return { isBackground, isInFlight, ageMs: nowMs - beganAtMs, leftMs: expiresAtMs - nowMs };
}
