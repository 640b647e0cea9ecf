import { type Caller } from '../domain/caller.js';

/** Node takes a longer one for the shortest there is. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Tells once, and never at once, when what a caller has shown holds no longer: it expired, or was taken away.
 * @param now epoch milliseconds.
 * @returns what stops the waiting.
 */
export function onCredentialsEnd(
  { expiresAtMs, revoked }: Caller,
  now: () => number,
  onEnd: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    clearTimeout(timer);
    revoked?.removeEventListener('abort', end);
  };
  const end = (): void => {
    stop();
    onEnd();
  };
  const leftMs = (): number => (revoked?.aborted ? 0 : (expiresAtMs ?? Infinity) - now());
  const wait = (): void => {
    timer = setTimeout(look, Math.min(Math.max(leftMs(), 0), longestTimerMs)).unref();
  };
  const look = (): void => {
    if (leftMs() > 0) wait();
    else end();
  };
  revoked?.addEventListener('abort', end, { once: true });
  if (leftMs() < Infinity) wait();
  return stop;
}

/** Events as long as their caller may have them; then they end as if there were no more, and their source is left. */
export function untilCredentialsEnd<Event>(
  source: AsyncIterableIterator<Event>,
  caller: Caller,
  now: () => number,
): AsyncIterableIterator<Event> {
  if (caller.expiresAtMs === undefined && !caller.revoked) return source;
  const stop = onCredentialsEnd(caller, now, () => void source.return?.());
  const last: IteratorResult<Event> = { done: true, value: undefined };
  const events: AsyncIterableIterator<Event> = {
    next: async () => {
      const result = await source.next();
      if (result.done) stop();
      return result;
    },
    return: async () => {
      stop();
      return (await source.return?.()) ?? last;
    },
    throw: async (error: unknown) => {
      stop();
      return (await source.throw?.(error)) ?? last;
    },
    [Symbol.asyncIterator]: () => events,
  };
  return events;
}
