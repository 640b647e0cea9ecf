import { type Caller } from '../domain/requests/caller.js';

/** Timers stand still while the machine is suspended, and the clock may be set: the time is compared at least this often. */
const longestTimerMs = 5000;

/**
 * Calls back once a caller's credentials have expired or were revoked; never before this returns.
 * @param now epoch milliseconds.
 * @returns cancels the callback.
 */
export function onCredentialsEnd(
  { expiresAtMs, revoked }: Caller,
  now: () => number,
  onEnd: () => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  const cancel = (): void => {
    clearTimeout(timer);
    revoked?.removeEventListener('abort', end);
  };
  const end = (): void => {
    cancel();
    onEnd();
  };
  const remainingMs = (): number => (revoked?.aborted ? 0 : (expiresAtMs ?? Infinity) - now());
  const wait = (): void => {
    timer = setTimeout(check, Math.min(Math.max(remainingMs(), 0), longestTimerMs)).unref();
  };
  const check = (): void => {
    if (remainingMs() > 0) wait();
    else end();
  };
  revoked?.addEventListener('abort', end, { once: true });
  if (remainingMs() < Infinity) wait();
  return cancel;
}

/** True where a caller's credentials have expired or were revoked. @param nowMs epoch milliseconds. */
export function haveCredentialsEnded({ expiresAtMs = Infinity, revoked }: Caller, nowMs: number): boolean {
  return revoked?.aborted === true || expiresAtMs <= nowMs;
}

/**
 * Watches a caller's credentials while something of it is open.
 * @param now epoch milliseconds.
 * @returns a signal that is aborted once they end, and what stops the watch.
 */
export function watchCredentials(
  caller: Caller,
  now: () => number,
): { readonly ended: AbortSignal; readonly stop: () => void } {
  const controller = new AbortController();
  const stop = onCredentialsEnd(caller, now, () => {
    controller.abort();
  });
  return { ended: controller.signal, stop };
}
