import { GatewayError, overloaded } from '../../domain/errors.js';

/** Limits of the queries and mutations of this process; 0: no limit. */
interface ConcurrencyLimits {
  readonly concurrentOperations: number;
  readonly operationTimeoutMs: number;
}

/** Limits the queries and mutations that run at a time, over all transports, and the time each may take. */
export class ConcurrencyLimit {
  readonly #limits: ConcurrencyLimits;
  #running = 0;

  constructor(limits: ConcurrencyLimits) {
    this.#limits = limits;
  }

  /**
   * Runs an operation, which counts until it ends or times out. Work is not awaited after the timeout.
   * @param work gets a function that returns true after the timeout: work need not begin then.
   * @param isMutation selects the message of the timeout.
   * @throws GatewayError `OVERLOADED` before anything was started; `OPERATION_TIMEOUT`.
   */
  run<T>(work: (isOver: () => boolean) => Promise<T>, isMutation: boolean): Promise<T> {
    const { concurrentOperations, operationTimeoutMs } = this.#limits;
    if (concurrentOperations > 0 && this.#running >= concurrentOperations)
      return Promise.reject(tooManyOperations());
    this.#running += 1;
    return new Promise((resolve, reject) => {
      let hasEnded = false;
      const end = (): void => {
        if (hasEnded) return;
        hasEnded = true;
        clearTimeout(timer);
        this.#running -= 1;
      };
      const onTimeout = (): void => {
        end();
        reject(timeout(operationTimeoutMs, isMutation));
      };
      const timer = operationTimeoutMs > 0 ? setTimeout(onTimeout, operationTimeoutMs) : undefined;
      const fail = (error: Error): void => {
        end();
        reject(error);
      };
      work(() => hasEnded).then((value) => {
        end();
        resolve(value); // has no effect after the timeout
      }, fail);
    });
  }
}

/** The error of an operation that is refused because too many others run or wait. */
export function tooManyOperations(): GatewayError {
  return overloaded('The gateway is running as many operations as it can. Nothing was done; try again.');
}

function timeout(limitMs: number, isMutation: boolean): GatewayError {
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
