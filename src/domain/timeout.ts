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

/** A timer that is later than this had no chance: the process was stopped, or did something else. */
const stallMs = 500;

/**
 * The same for a result that another process may have had ready in time. Timers of a process that was stopped fire before it reads
 * what has arrived, and before it sends what it had not sent yet. So it waits once more, as long as before.
 */
export async function withTimeoutAfterStall<T>(
  timeoutMs: number,
  result: Promise<T>,
): Promise<T | undefined> {
  const dueMs = performance.now() + timeoutMs;
  const inTime = await withTimeout(timeoutMs, result);
  const isStalled = inTime === undefined && performance.now() - dueMs > stallMs;
  return isStalled ? withTimeout(timeoutMs, result) : inTime;
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
