import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhen,
  type IBackoff,
} from 'cockatiel';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { NotSent } from './call-refusals.js';

/** Consecutive failures that open the breaker. With 14 % random faults, 8 in a row happen once in 7 million calls. */
const failuresInARow = 8;
/** Time until an open breaker lets a single call probe the upstream. */
const probeAfterMs = 3000;

/** A break that begins now and ends by this clock. The library compares its duration with the wall clock. */
function breakFrom(now: () => number): IBackoff<unknown> {
  const endMs = now() + probeAfterMs;
  return {
    get duration() {
      return now() >= endMs ? -Infinity : Infinity;
    },
    next: () => breakFrom(now),
  };
}

function isDown(error: unknown): boolean {
  return error instanceof UpstreamFailure && ['unavailable', 'unreachable', 'timeout'].includes(error.reason);
}

/** Closed: calls are sent. Open: no call is sent. Half open: a single call probes the upstream. */
export type BreakerState = 'closed' | 'halfOpen' | 'open';

/**
 * While the breaker is open, calls fail at once and none is sent. The library decides. It gets the failures and the first success
 * after them; further successes change nothing and are not passed on.
 */
export class CircuitBreaker {
  readonly #policy;
  /** True after a failure that no success followed. */
  #isFailing = false;

  /** @param now monotonic clock in milliseconds. The library itself uses the wall clock. */
  constructor(now: () => number) {
    this.#policy = circuitBreaker(handleWhen(isDown), {
      halfOpenAfter: { next: () => breakFrom(now) },
      breaker: new ConsecutiveBreaker(failuresInARow),
    });
  }

  /** The state. It stays open until the next call, since the breaker sends no probe of its own. */
  get state(): BreakerState {
    if (this.#policy.state === CircuitState.Closed) return 'closed';
    return this.#policy.state === CircuitState.HalfOpen ? 'halfOpen' : 'open';
  }

  /** Runs a call. @throws NotSent while the breaker is open. */
  run<T>(call: () => Promise<T>): Promise<T> {
    return this.#isClosed ? call().then(this.#succeeded, this.#failed) : this.#probe(call);
  }

  get #isClosed(): boolean {
    return this.#policy.state === CircuitState.Closed;
  }

  readonly #succeeded = <T>(value: T): T | Promise<T> =>
    this.#isFailing ? this.#report(undefined).then(() => value) : value;

  readonly #failed = async (error: unknown): Promise<never> => {
    await this.#report(error);
    throw error;
  };

  /** Reports the end of a call that was sent while the breaker was closed. A refusal is an answer, so it ends a row of failures. */
  async #report(error: unknown): Promise<void> {
    const isFailure = isDown(error);
    if (!this.#isClosed || (!isFailure && !this.#isFailing)) return;
    this.#isFailing = isFailure;
    const end = (): void => {
      if (isFailure) throw error;
    };
    await this.#policy.execute(end).catch(() => undefined);
  }

  async #probe<T>(call: () => Promise<T>): Promise<T> {
    try {
      const end = await this.#policy.execute(() => ended(call));
      if ('error' in end) throw end.error;
      return end.value;
    } catch (error) {
      if (error instanceof BrokenCircuitError) throw new NotSent();
      // The library itself counts the failures of calls that waited for a probe.
      this.#isFailing = true;
      throw error;
    }
  }
}

/** Turns a refusal into a result, since the library must count it as a success. */
async function ended<T>(
  call: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await call() };
  } catch (error) {
    if (isDown(error)) throw error;
    return { error };
  }
}
