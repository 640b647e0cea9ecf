const signals = ['SIGINT', 'SIGTERM'] as const;

/** Options of a graceful stop. */
interface StopOptions {
  /** Ends everything in progress and closes all resources. */
  readonly close: () => Promise<void>;
  /** Grace period in milliseconds; after it the process exits, whatever still hangs. */
  readonly graceMs: number;
  /** Kills child processes, and waits until they have exited; called before this process exits. */
  readonly kill?: () => Promise<void>;
}

/** Time for the system to end killed processes. */
const killTimeoutMs = 1000;

/**
 * Ends the process on SIGINT or SIGTERM with exit code 0: at once while it starts, since nothing is served yet, and
 * gracefully from `closeWith` on. This file imports nothing, so that the handlers are in place before anything else is loaded.
 */
export class StopSignals {
  #options: StopOptions | undefined;
  #isStopping = false;

  constructor() {
    for (const signal of signals) process.on(signal, this.#received);
  }

  /** From now on, a signal stops the process gracefully, at the latest when the grace period is over. */
  closeWith(options: StopOptions): void {
    this.#options = options;
  }

  /** Leaves signals to Node, which ends the process by them: a command that is interrupted has not done its work. */
  ignore(): void {
    for (const signal of signals) process.off(signal, this.#received);
  }

  /** Stops the process as the first signal does. */
  readonly stop = (): void => {
    if (this.#isStopping) return;
    this.#isStopping = true;
    if (!this.#options) process.exit(0);
    const { close, graceMs } = this.#options;
    setTimeout(this.#exit, graceMs);
    close().then(this.#exit, this.#exit); // the process exits even if closing fails
  };

  /** A second signal ends the process and its children at once; its exit status is that of the signal. */
  readonly #received = (signal: NodeJS.Signals): void => {
    if (!this.#isStopping) {
      this.stop();
      return;
    }
    this.ignore();
    this.#killThen(() => process.kill(process.pid, signal));
  };

  readonly #exit = (): void => {
    this.#killThen(() => process.exit());
  };

  /** Ends this process after its children: those that outlived it would hold the port's connections, and stay as zombies. */
  #killThen(end: () => void): void {
    const { kill } = this.#options ?? {};
    if (!kill) {
      end();
      return;
    }
    setTimeout(end, killTimeoutMs);
    kill().then(end, end);
  }
}
