import { setTimeout as sleepFor } from 'node:timers/promises';

/** A worker could not start. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';

  /** @param reason for a person who can correct it; undefined if unknown. */
  constructor(readonly reason: string | undefined) {
    super(reason ?? 'a worker exited before it could serve');
  }
}

/** Exit of a process. */
export interface ProcessExit {
  readonly pid: number;
  readonly exitCode: number | null;
  readonly signal: string | null;
}

/** A forked worker. */
export interface WorkerProcess {
  /** URL at which it serves. @throws CannotStart */
  readonly started: Promise<string>;
  readonly exited: Promise<ProcessExit>;
  /** Asks the worker to complete requests in flight and exit. */
  stop(): void;
  /** Kills the worker. */
  kill(): void;
}

/** Options of a supervisor. */
interface SupervisorOptions {
  /** Number of workers. */
  readonly count: number;
  readonly fork: () => WorkerProcess;
  /** Milliseconds that a worker may take to stop before it is killed. */
  readonly stopTimeoutMs: number;
  /** Called when a worker has exited and another will replace it. */
  readonly onExit: (exit: ProcessExit, restartInMs: number) => void;
  /** Called when a replacement can't start; another attempt follows. */
  readonly onRestartFailed: (error: CannotStart) => void;
  /** Called when no worker serves and none can start; no more attempts follow. */
  readonly onGiveUp: (error: CannotStart) => void;
  /** Monotonic clock in milliseconds. */
  readonly now?: () => number;
  readonly sleep?: (ms: number) => Promise<unknown>;
}

const minimumDelayMs = 100;
const maximumDelayMs = 10_000;
/** A worker that served this long resets the delay. */
const healthyAfterMs = 10_000;
/** Workers that may exit early without a reason, one after the other, while none serves. */
const maximumAttempts = 5;

/** Keeps a number of workers running. Replaces each that exits, with a growing delay if workers exit early. */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #now: () => number;
  readonly #sleep: (ms: number) => Promise<unknown>;
  readonly #workers = new Set<WorkerProcess>();
  readonly #stopped = new AbortController();
  #serving = 0;
  #earlyExits = 0;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#sleep = options.sleep ?? ((ms) => this.#untilStopped(ms));
  }

  /**
   * Starts all workers.
   * @returns the URL at which they serve; undefined if they were stopped first.
   * @throws CannotStart if one can't start; all others have been killed then.
   */
  async start(): Promise<string | undefined> {
    const workers = Array.from({ length: this.#options.count }, () => this.#fork());
    try {
      const [url = ''] = await Promise.all(workers.map(({ started }) => started));
      for (const worker of workers) void this.#supervise(worker);
      return this.#isStopping() ? undefined : url;
    } catch (error) {
      if (this.#isStopping()) return undefined;
      this.#stopped.abort();
      await this.#exited(workers, 0);
      throw error;
    }
  }

  /** Stops all workers and waits until they have exited. Kills those that exceed the timeout. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    const workers = [...this.#workers];
    for (const worker of workers) worker.stop();
    await this.#exited(workers, this.#options.stopTimeoutMs);
  }

  /** Kills all workers and waits until they have exited. */
  async kill(): Promise<void> {
    this.#stopped.abort();
    const workers = [...this.#workers];
    for (const worker of workers) worker.kill();
    await Promise.all(workers.map(({ exited }) => exited));
  }

  /** Waits until these workers have exited; kills those that take longer. */
  async #exited(workers: readonly WorkerProcess[], timeoutMs: number): Promise<void> {
    const kill = setTimeout(() => {
      for (const worker of workers) worker.kill();
    }, timeoutMs);
    await Promise.all(workers.map(({ exited }) => exited));
    clearTimeout(kill);
  }

  #fork(): WorkerProcess {
    const worker = this.#options.fork();
    this.#workers.add(worker);
    void worker.exited.then(() => this.#workers.delete(worker));
    return worker;
  }

  /** Waits until a worker exits, and replaces it. */
  async #supervise(worker: WorkerProcess): Promise<void> {
    const servedSinceMs = await this.#servedSince(worker);
    const exit = await worker.exited;
    if (servedSinceMs !== undefined) this.#serving -= 1;
    if (this.#isStopping()) return;
    const isHealthy = servedSinceMs !== undefined && this.#now() - servedSinceMs >= healthyAfterMs;
    this.#earlyExits = isHealthy ? 0 : this.#earlyExits + 1;
    const delayMs = Math.min(maximumDelayMs, minimumDelayMs * 2 ** Math.max(0, this.#earlyExits - 1));
    this.#options.onExit(exit, delayMs);
    await this.#sleep(delayMs);
    if (!this.#isStopping()) await this.#supervise(this.#fork());
  }

  /** @returns the time at which the worker began to serve; undefined if it could not. */
  async #servedSince(worker: WorkerProcess): Promise<number | undefined> {
    try {
      await worker.started;
      this.#serving += 1;
      return this.#now();
    } catch (error) {
      if (this.#isStopping()) return undefined;
      const cannotStart = error instanceof CannotStart ? error : new CannotStart(undefined);
      const isFinal = cannotStart.reason !== undefined || this.#earlyExits >= maximumAttempts;
      if (this.#serving > 0 || !isFinal) this.#options.onRestartFailed(cannotStart);
      else {
        this.#stopped.abort();
        this.#options.onGiveUp(cannotStart);
      }
      return undefined;
    }
  }

  #isStopping(): boolean {
    return this.#stopped.signal.aborted;
  }

  /** Sleeps, until a stop at the latest. Without a worker this timer alone keeps the primary process running. */
  async #untilStopped(ms: number): Promise<void> {
    await sleepFor(ms, undefined, { signal: this.#stopped.signal }).catch(() => undefined);
  }
}
