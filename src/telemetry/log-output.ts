import { write, writeSync } from 'node:fs';
import { type DestinationStream } from 'pino';

/** Most bytes, roughly, of lines that wait for a slow or full output; further lines are dropped. */
const maximumWaiting = 1024 * 1024;
/** Pause after an output was busy (`EAGAIN`: a pipe whose reader is slow). */
const busyPauseMs = 100;
/** Attempts to write the last lines when the process exits. */
const lastAttempts = 20;

/**
 * Output of log lines to a file descriptor. An output that fails costs lines, never the service: pino's own destination waits
 * forever in the exit of a process whose disk is full.
 */
export class LogOutput implements DestinationStream {
  readonly #fd: number;
  readonly #onFailed: (code: string) => void;
  #waiting = '';
  #isWriting = false;
  #hasFailed = false;

  /** @param onFailed called once for each series of failures, with the code of the first. */
  constructor(fd: number, onFailed: (code: string) => void) {
    this.#fd = fd;
    this.#onFailed = onFailed;
  }

  write(line: string): void {
    if (this.#waiting.length + line.length > maximumWaiting) return;
    this.#waiting += line;
    if (this.#isWriting) return;
    this.#isWriting = true;
    setImmediate(this.#writeWaiting); // writes the lines of this turn together; at an exit, after earlier ones
  }

  /** Writes the waiting lines at once, or gives up; for the exit of the process. */
  flushSync(): void {
    let rest = Buffer.from(this.#waiting);
    this.#waiting = '';
    for (let attempt = 0; attempt < lastAttempts && rest.length > 0; attempt += 1)
      try {
        rest = rest.subarray(writeSync(this.#fd, rest));
      } catch (error) {
        if (!isBusy(error)) return;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, busyPauseMs / 10);
      }
  }

  readonly #writeWaiting = (): void => {
    const bytes = Buffer.from(this.#waiting);
    this.#waiting = '';
    this.#isWriting = bytes.length > 0;
    if (this.#isWriting) this.#write(bytes);
  };

  #write(bytes: Buffer): void {
    write(this.#fd, bytes, (error, written) => {
      if (isBusy(error)) {
        setTimeout(() => {
          this.#write(bytes);
        }, busyPauseMs).unref();
        return;
      }
      const rest = bytes.subarray(written);
      if (error) this.#fail(error);
      else if (rest.length > 0) this.#write(rest);
      else this.#hasFailed = false;
      if (error ?? rest.length === 0) this.#writeWaiting();
    });
  }

  #fail({ code = 'unknown error' }: NodeJS.ErrnoException): void {
    if (!this.#hasFailed) this.#onFailed(code);
    this.#hasFailed = true;
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'EAGAIN' || code === 'EBUSY';
}
