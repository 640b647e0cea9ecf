import { type UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type BegunCall } from './call-log.js';
import { type PermitRequest, precedes, type Rank } from './priority.js';
import { type RateHeaders } from './upstream-quota.js';

/** The right to send one call; to be told how that ended. */
export interface Permit {
  /** Its answer, or its failure, is there. */
  answered(headers?: RateHeaders): void;
  /** It was not sent after all. */
  unused(): void;
}

/** Who gave permits, and takes them back. */
export interface PermitSource {
  answered(call: BegunCall, headers: RateHeaders | undefined): void;
  unused(call: BegunCall): void;
}

/** The permit of a call that counts from now on. */
export class CallPermit implements Permit {
  readonly #giver: PermitSource;
  readonly #call: BegunCall;

  constructor(giver: PermitSource, call: BegunCall) {
    this.#giver = giver;
    this.#call = call;
  }

  answered(headers?: RateHeaders): void {
    this.#giver.answered(this.#call, headers);
  }

  unused(): void {
    this.#giver.unused(this.#call);
  }
}

/** Who waits for a place. */
export interface QueuedCall {
  readonly claim: PermitRequest;
  readonly rank: Rank;
  readonly grant: (permit: Permit) => void;
  readonly refuse: (error: UpstreamFailure) => void;
  /** It was told yes or no. */
  isOver: boolean;
}

/** Those who wait, in the order in which they will be served. */
export class PriorityQueue {
  readonly #waiters: QueuedCall[] = [];

  get first(): QueuedCall | undefined {
    return this.#waiters[0];
  }

  get length(): number {
    return this.#waiters.length;
  }

  /** How many a newcomer of this rank would have before it. */
  ahead(rank: Rank): number {
    return this.#waiters.filter((waiter) => !precedes(rank, waiter.rank)).length;
  }

  /**
   * Waits in line until it is served, or its time is over.
   * @param late what it is then refused with.
   */
  wait(claim: PermitRequest, rank: Rank, late: () => UpstreamFailure): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const settle = <Value>(then: (value: Value) => void) => {
        return (value: Value): void => {
          clearTimeout(giveUp);
          waiter.isOver = true;
          then(value);
        };
      };
      const waiter: QueuedCall = {
        claim,
        rank,
        grant: settle(resolve),
        refuse: settle(reject),
        isOver: false,
      };
      const giveUp = setTimeout(() => {
        this.leave(waiter);
        waiter.refuse(late());
      }, claim.waitMs);
      this.join(waiter);
    });
  }

  /** Among equals who came first. */
  join(waiter: QueuedCall): void {
    const place = this.#waiters.findIndex((other) => precedes(waiter.rank, other.rank));
    this.#waiters.splice(place === -1 ? this.#waiters.length : place, 0, waiter);
  }

  /** Whether it was in the line or not. */
  leave(waiter: QueuedCall): void {
    const place = this.#waiters.indexOf(waiter);
    if (place !== -1) this.#waiters.splice(place, 1);
  }

  /** Everybody leaves. */
  empty(): readonly QueuedCall[] {
    return this.#waiters.splice(0);
  }
}
