import { BrokenCircuitError, circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { NotSent } from './not-sent.js';

/** How many failures in a row say that the upstream is down: chance alone (14 % faults) makes 8 in 7 million calls. */
const failuresInARow = 8;
/** When a dead upstream is probed again, by a single call. */
const probeAfterMs = 3000;

function isDown(error: unknown): boolean {
  return error instanceof UpstreamFailure && ['unavailable', 'unreachable', 'timeout'].includes(error.reason);
}

/** Closed: calls are sent; open: none is; half open: one is under way, to see whether the upstream is back. */
export type BreakerState = 'closed' | 'halfOpen' | 'open';

/**
 * Keeps a dead upstream from being hammered: while it is open, calls fail at once and none is sent. The library decides;
 * it is told of failures, and of the first success after them: while all goes well, another changes nothing.
 */
export class Breaker {
  readonly #policy = circuitBreaker(handleWhen(isDown), {
    halfOpenAfter: probeAfterMs,
    breaker: new ConsecutiveBreaker(failuresInARow),
  });
  /** Whether the library was told of a failure, and of no success since. */
  #isFailing = false;

  /** It stays open until something is sent again: nobody asks the upstream just to see. */
  get state(): BreakerState {
    if (this.#policy.state === CircuitState.Closed) return 'closed';
    return this.#policy.state === CircuitState.HalfOpen ? 'halfOpen' : 'open';
  }

  /** @throws NotSent where it is open. */
  run<T>(call: () => Promise<T>): Promise<T> {
    return this.#isClosed ? call().then(this.#succeeded, this.#failed) : this.#probe(call);
  }

  get #isClosed(): boolean {
    return this.#policy.state === CircuitState.Closed;
  }

  readonly #succeeded = <T>(value: T): T | Promise<T> =>
    this.#isFailing ? this.#tell(undefined).then(() => value) : value;

  readonly #failed = async (error: unknown): Promise<never> => {
    await this.#tell(error);
    throw error;
  };

  /** Tells how a call ended that was sent while it was closed. A refusal is an answer too: it ends a row of failures. */
  async #tell(error: unknown): Promise<void> {
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
      // Of who waits behind a probe, and is sent after it, the library counts the failures itself.
      this.#isFailing = true;
      throw error;
    }
  }
}

/** What the library is to take for a success: an answer, or a refusal. */
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
