import { type OtherCall } from './shared-window.js';

/** Interval of the heartbeats, which also return the state of the other gateways. */
export const heartbeatIntervalMs = 1000;
/** A gateway without a heartbeat for this long counts as gone. */
export const gatewayTtlMs = 5000;
/** Gateways that reach Redis enter their calls again within this time after a loss: a heartbeat, and its round trip. */
const holdMs = heartbeatIntervalMs + 500;

/** A counted call of another gateway, as the shared window has it. */
export interface EnteredCall extends OtherCall {
  /** `gateway/id`. */
  readonly id: string;
}

/**
 * What a gateway knows of the account's other gateways: their number and their counted calls. After an outage of Redis, or the loss of
 * what Redis had, it still counts the calls that it knew of a gateway, until that gateway has entered its calls again or
 * they expire.
 */
export class OtherGateways {
  /** Gateways that there were, this one included. */
  #count = 1;
  #calls: readonly EnteredCall[] = [];
  #remembered: readonly EnteredCall[] = [];
  /** After an outage or a loss, the time by which all other gateways have entered their calls again. */
  #settledAtMs = 0;
  #heldUntilMs = 0;

  /** Calls from before an outage or a loss, of gateways that have not entered theirs again. */
  get remembered(): readonly EnteredCall[] {
    return this.#remembered;
  }

  /** Notes an outage of Redis that is over, or the loss of entries while Redis answers. */
  lose(nowMs: number, why: 'outage' | 'loss'): void {
    this.#remembered = this.#calls;
    if (this.#count === 1) return;
    this.#settledAtMs = nowMs + gatewayTtlMs;
    this.#heldUntilMs = why === 'loss' ? nowMs + holdMs : 0;
  }

  /**
   * Learns from a reply of Redis.
   * @param gateways those that are alive and have entered their calls. @param calls those of the other gateways.
   * @returns the calls of the other gateways that count.
   */
  learn(gateways: readonly string[], calls: readonly EnteredCall[], nowMs: number): readonly EnteredCall[] {
    if (this.#isSettled(nowMs) || gateways.length >= this.#count) {
      this.#count = Math.max(1, gateways.length);
      this.#settledAtMs = 0;
    }
    this.#calls = calls;
    if (this.#remembered.length === 0) return calls;
    const entered = new Set(gateways);
    const ids = new Set(calls.map(({ id }) => id));
    this.#remembered = this.#remembered.filter(
      ({ id, expiresAtMs }) => expiresAtMs > nowMs && !ids.has(id) && !entered.has(gatewayOf(id)),
    );
    this.#calls = [...calls, ...this.#remembered];
    return this.#calls;
  }

  /** Number of places that a call of this gateway takes: each of the others may send as many while they are not all in touch. */
  weight(isRedisUp: boolean, nowMs: number): number {
    return isRedisUp && this.#isSettled(nowMs) ? 1 : this.#count;
  }

  /** Milliseconds for which no call should be sent, since the others are about to enter theirs again. */
  holdMs(nowMs: number): number {
    return this.#isSettled(nowMs) ? 0 : Math.max(0, this.#heldUntilMs - nowMs);
  }

  #isSettled(nowMs: number): boolean {
    return nowMs >= this.#settledAtMs;
  }
}

function gatewayOf(id: string): string {
  return id.slice(0, id.indexOf('/'));
}
