const signals = ['SIGINT', 'SIGTERM'] as const;

/** Options of a stop. */
export interface StopOptions {
  /** Ends everything in progress and closes all resources. */
  readonly close: () => Promise<void>;
  /** Grace period in milliseconds; after it the process exits, whatever still hangs. */
  readonly graceMs: number;
  /** Kills child processes; called before this process exits. */
  readonly kill?: () => void;
}

/**
 * Stops the process on SIGINT or SIGTERM with exit code 0, at the latest when the grace period is over. A second signal
 * ends the process at once; its exit status is that of the signal.
 * @returns a function that stops the process without a signal.
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
    close().then(exit, exit); // the process exits even if closing fails
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
