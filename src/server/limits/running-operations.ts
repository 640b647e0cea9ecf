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
  run<T>(work: () => Promise<T>, isMutation: () => boolean): Promise<T> {
    const { concurrentOperations, operationTimeoutMs } = this.#limits;
    if (concurrentOperations > 0 && this.#running >= concurrentOperations)
      return Promise.reject(overloaded());
    this.#running += 1;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void): void => {
        if (hasEnded) return;
        hasEnded = true;
        clearTimeout(timer);
        this.#running -= 1;
        settle();
      };
      let hasEnded = false;
      const timer =
        operationTimeoutMs === 0
          ? undefined
          : setTimeout(() => {
              end(() => {
                reject(tookTooLong(operationTimeoutMs, isMutation()));
              });
            }, operationTimeoutMs);
      const fail = (error: Error): void => {
        end(() => {
          reject(error);
        });
      };
      try {
        work().then((value) => {
          end(() => {
            resolve(value);
          });
        }, fail);
      } catch (error) {
        fail(error as Error);
      }
    });
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
