const signals = ['SIGINT', 'SIGTERM'] as const;

/** How a process stops. */
export interface StopOptions {
  /** Lets what is under way end. */
  readonly close: () => Promise<void>;
  /** Milliseconds that all of it may take; then the process exits, whatever still hangs. */
  readonly graceMs: number;
  /** Ends processes that depend on this one, at once; called before this process exits. */
  readonly kill?: () => void;
}

/**
 * Stops the process on SIGINT or SIGTERM with exit code 0, at the latest when its grace period is over. A second signal
 * ends it at once, in Node's own way: its exit status names the signal then.
 * @returns stops it without a signal.
 */
export function stopOnSignal({ close, graceMs, kill }: StopOptions): () => void {
  let isStopping = false;
  const exit = (): void => {
    kill?.();
    process.exit();
  };
  const stop = (): void => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(exit, graceMs);
    close().then(exit, exit); // what could not be closed ends with the process
  };
  const signalled = (signal: NodeJS.Signals): void => {
    if (!isStopping) {
      stop();
      return;
    }
    kill?.();
    for (const each of signals) process.off(each, signalled);
    process.kill(process.pid, signal);
  };
  for (const signal of signals) process.on(signal, signalled);
  return stop;
}
