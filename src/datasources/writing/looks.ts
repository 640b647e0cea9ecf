/** A caller is kept waiting so long between looks; after the last the outcome is unknown. */
const pausesMs = [5000, 5000] as const;

/**
 * Looks for the effect of a request whose answer was lost: at once, and twice more, the first time as soon as the request can't be
 * processed any more.
 * @param openMs for how long it may still be processed.
 * @param look gives undefined where it tells nothing; `isSettled` is true once the request can't be processed any more.
 * @returns undefined where no look told anything.
 */
export async function looks<T>(
  openMs: number,
  sleep: (ms: number) => Promise<unknown>,
  look: (isSettled: boolean) => Promise<T | undefined>,
): Promise<T | undefined> {
  let leftMs = openMs;
  for (const pauseMs of [...pausesMs, null]) {
    const found = await look(leftMs <= 0);
    if (found !== undefined || pauseMs === null) return found;
    const waitMs = leftMs > 0 ? Math.min(leftMs, pauseMs) : pauseMs;
    await sleep(waitMs);
    leftMs -= waitMs;
  }
  return undefined;
}
