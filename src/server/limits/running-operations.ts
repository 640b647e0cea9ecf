import { GatewayError } from '../../domain/errors.js';

/** How many operations may run at a time in this process, and for how long; 0: no limit. */
export interface RunningLimits {
  readonly concurrentOperations: number;
  readonly operationTimeoutMs: number;
}

/** What is running ends soon: an upstream call or two. */
const retryAfterSeconds = 1;

/** Queries and mutations that are being executed, over whatever transport. */
export class RunningOperations {
  readonly #limits: RunningLimits;
  #running = 0;

  constructor(limits: RunningLimits) {
    this.#limits = limits;
  }

  /** How many there are. */
  get running(): number {
    return this.#running;
  }

  /**
   * Runs one; it counts until it has ended or its time is over. What goes on after that is not waited for.
   * @param isMutation asked only where the time is over.
   * @throws GatewayError `OVERLOADED` before anything is done; `OPERATION_TIMEOUT`.
   */
  async run<T>(work: () => Promise<T>, isMutation: () => boolean): Promise<T> {
    const { concurrentOperations, operationTimeoutMs } = this.#limits;
    if (concurrentOperations > 0 && this.#running >= concurrentOperations) throw overloaded();
    this.#running += 1;
    let timer: NodeJS.Timeout | undefined;
    try {
      if (operationTimeoutMs === 0) return await work();
      return await new Promise((resolve, reject) => {
        timer = setTimeout(() => {
          reject(tookTooLong(operationTimeoutMs, isMutation()));
        }, operationTimeoutMs);
        work().then(resolve, reject);
      });
    } finally {
      clearTimeout(timer);
      this.#running -= 1;
    }
  }
}

function overloaded(): GatewayError {
  return new GatewayError('OVERLOADED', 'The gateway runs as many operations as it can; nothing was done.', {
    retryAfter: retryAfterSeconds,
  });
}

function tookTooLong(limitMs: number, isMutation: boolean): GatewayError {
  const message = `The operation took longer than ${limitMs} ms.`;
  return new GatewayError(
    'OPERATION_TIMEOUT',
    isMutation
      ? `${message} It may still be done: repeat a create with the same idempotencyKey, which never makes two; ` +
          'after any other change, look at the campaign.'
      : message,
    { limitMs },
  );
}
