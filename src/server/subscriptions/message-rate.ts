/** Pings and pongs that a client may send at once, and in each second after that. Clients send one in some seconds. */
const [burst, perSecond] = [100, 20];
/** Messages `complete` beyond one for each operation: of operations that have ended at the same moment. */
const spareCompletes = 100;

/**
 * Bounds the messages of one WebSocket that carry no operation. They are small and cost little each, but a client can send
 * millions of them, and what one connection has sent is handled in one turn of the event loop.
 */
export class MessageRate {
  readonly #now: () => number;
  #left = burst;
  #sinceMs: number;
  #completesLeft = spareCompletes;

  /** @param now monotonic clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
    this.#sinceMs = now();
  }

  /** Takes a message. @returns false if there were too many. */
  take(type: unknown): boolean {
    if (type === 'subscribe') this.#completesLeft += 1;
    else if (type === 'complete') this.#completesLeft -= 1;
    else {
      if (this.#left < 1) this.#refill();
      this.#left -= 1;
    }
    return this.#left >= 0 && this.#completesLeft >= 0;
  }

  #refill(): void {
    const nowMs = this.#now();
    this.#left = Math.min(burst, this.#left + ((nowMs - this.#sinceMs) / 1000) * perSecond);
    this.#sinceMs = nowMs;
  }
}
