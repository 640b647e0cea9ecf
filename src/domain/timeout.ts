/**
 * Waits for a result at most this long. A result that has arrived in time counts, even if the process was too busy to read it.
 * @returns undefined after the time; the result is ignored then.
 */
export async function withTimeout<T>(timeoutMs: number, result: T | Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => setImmediate(resolve, undefined), timeoutMs);
  });
  try {
    return await Promise.race([result, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Waits for a result until a signal is aborted. A race with one promise for all waits would hold on to each of them.
 * @returns undefined if the signal is aborted first; the result is ignored then.
 */
export function untilAborted<T>(signal: AbortSignal, result: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      resolve(undefined);
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    result.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
