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
