import { existsSync, statSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { lock } from 'proper-lockfile';
import { z } from 'zod';

/** Where an export resumes. */
const checkpoint = z.object({
  /** What is exported: a file of another export is not continued. */
  query: z.string(),
  cursor: z.string().nullable(),
  /** Bytes of whole rows, up to this cursor. */
  bytes: z.number().int().min(0),
  rows: z.number().int().min(0),
  /** True once the file is whole. */
  isComplete: z.boolean(),
  /** Whether a file that has the name already may be replaced. */
  mayReplace: z.boolean().default(false),
});
type Checkpoint = z.infer<typeof checkpoint>;

/** A file that can't be written, or is not of this export; the message is for a person. */
export class ExportFileError extends Error {}

/** How long the lock of a killed export holds, and how often a running one renews its own, in milliseconds. */
const [lockStaleMs, lockUpdateMs] = [5000, 1000];
/** Attempts to get the lock, a second apart: by then that of a killed export does not hold any more. */
const [lockAttempts, lockPauseMs] = [8, 1000];

type Sleep = (ms: number) => Promise<unknown>;

/** The lock of a file. */
interface FileLock {
  /** True once another export may have the lock: this process was stopped for longer than it holds. */
  readonly isLost: boolean;
  release(): Promise<void>;
}

/**
 * The file of an export. Rows go to `<out>.part`, and `<out>.part.json` says up to which byte they are whole and where to
 * resume. Anything after that byte, such as half a row of a killed process, is cut off and read again. The file has its name
 * once it is whole. A lock keeps other exports from the same file.
 */
export class ExportFile {
  readonly #path: string;
  readonly #part: FileHandle;
  readonly #lock: FileLock;
  #state: Checkpoint;

  private constructor(path: string, part: FileHandle, state: Checkpoint, held: FileLock) {
    this.#path = path;
    this.#part = part;
    this.#state = state;
    this.#lock = held;
  }

  /**
   * Opens the file, to begin or to resume.
   * @param query what is exported.
   * @param isForced starts over, whatever is there.
   * @param sleep waits for the lock of a killed export.
   * @returns undefined if an earlier run has completed it, and only its name was missing.
   * @throws ExportFileError if there is another file, or another export writes this one.
   */
  static open(path: string, query: string, isForced: boolean, sleep: Sleep): Promise<ExportFile | undefined> {
    return withFileErrors(path, async () => {
      for (const each of [path, partOf(path), stateOf(path)]) refuseOtherThanFile(each);
      const held = await lockFile(path, sleep);
      const file = await ExportFile.#open(path, query, isForced, held).catch(async (error: unknown) => {
        await held.release();
        throw error;
      });
      if (!file) await held.release();
      return file;
    });
  }

  static async #open(
    path: string,
    query: string,
    isForced: boolean,
    held: FileLock,
  ): Promise<ExportFile | undefined> {
    const saved = isForced ? undefined : await readCheckpoint(path);
    if (!saved && !isForced) refuseFileOfOthers(path);
    if (saved && saved.query !== query)
      throw new ExportFileError(
        `${partOf(path)} is of another export (${saved.query}); --force starts over.`,
      );
    if (saved && !existsSync(partOf(path)) && !(saved.isComplete && existsSync(path)))
      throw new ExportFileError(`${partOf(path)} is gone; --force starts over.`);
    if (saved?.isComplete) {
      if (existsSync(partOf(path))) await giveName(path, saved);
      await rm(stateOf(path), { force: true });
      return undefined;
    }
    if (saved && !saved.mayReplace) refuseExisting(path);
    const begun = { query, cursor: null, bytes: 0, rows: 0, isComplete: false, mayReplace: isForced };
    const state = saved ?? begun;
    const part = await open(partOf(path), saved ? 'r+' : 'w');
    const { size } = await part.stat();
    if (size < state.bytes) {
      await part.close();
      throw new ExportFileError(`${partOf(path)} is shorter than it was; --force starts over.`);
    }
    await part.truncate(state.bytes);
    const file = new ExportFile(path, part, state, held);
    await file.#save();
    return file;
  }

  /** The path of what is written. */
  get part(): string {
    return partOf(this.#path);
  }

  /** The path of the checkpoint. */
  get checkpoint(): string {
    return stateOf(this.#path);
  }

  /** Where to resume. */
  get state(): Checkpoint {
    return this.#state;
  }

  /** Appends whole rows, up to a cursor; null: the list is to be read from its beginning. */
  append(text: string, rows: number, cursor: string | null): Promise<void> {
    return withFileErrors(this.#path, () => this.#append(text, rows, cursor));
  }

  async #append(text: string, rows: number, cursor: string | null): Promise<void> {
    if (this.#lock.isLost) throw new ExportFileError(otherExport(this.#path));
    const bytes = Buffer.from(text);
    const { bytes: start } = this.#state;
    for (let written = 0; written < bytes.length;)
      written += (await this.#part.write(bytes, written, bytes.length - written, start + written))
        .bytesWritten;
    if (bytes.length > 0) await this.#part.datasync();
    this.#state = { ...this.#state, cursor, bytes: start + bytes.length, rows: this.#state.rows + rows };
    await this.#save();
  }

  /** Gives the file its name. */
  complete(): Promise<void> {
    return withFileErrors(this.#path, () => this.#complete());
  }

  async #complete(): Promise<void> {
    this.#state = { ...this.#state, isComplete: true };
    await this.#save();
    await this.#part.close();
    await giveName(this.#path, this.#state);
    await rm(stateOf(this.#path), { force: true });
  }

  /** Leaves the file as it is, for the next run; of an export without rows, nothing is left. */
  async close(): Promise<void> {
    try {
      await this.#part.close();
      if (this.#state.cursor === null && this.#state.bytes === 0 && !this.#state.isComplete)
        await Promise.all([partOf(this.#path), stateOf(this.#path)].map((path) => rm(path, { force: true })));
    } finally {
      await this.#lock.release();
    }
  }

  async #save(): Promise<void> {
    const path = stateOf(this.#path);
    await writeFile(`${path}.new`, JSON.stringify(this.#state), { flush: true });
    await rename(`${path}.new`, path);
  }
}

/** Gives a whole file its name. @throws ExportFileError if another program has made a file of this name meanwhile. */
async function giveName(path: string, { mayReplace }: Checkpoint): Promise<void> {
  if (!mayReplace) refuseExisting(path);
  await rename(partOf(path), path);
}

/** @throws ExportFileError for a file that is there before an export begins, or rows without a checkpoint. */
function refuseFileOfOthers(path: string): void {
  refuseExisting(path);
  const rows = statSync(partOf(path), { throwIfNoEntry: false })?.size ?? 0;
  if (rows > 0)
    throw new ExportFileError(`${partOf(path)} has no ${basename(stateOf(path))}; --force starts over.`);
}

/** @throws ExportFileError if there is a file of this name. */
function refuseExisting(path: string): void {
  if (existsSync(path)) throw new ExportFileError(`${path} is there already; --force replaces it.`);
}

/** Turns errors of the file system, such as a full disk, into those for a person. */
async function withFileErrors<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ExportFileError) throw error;
    throw new ExportFileError(
      `${path} cannot be written: ${error instanceof Error ? error.message : 'unknown error'}`,
    );
  }
}

/** @throws ExportFileError for a device, a pipe or a folder: the export would replace it by a file. */
function refuseOtherThanFile(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() === false)
    throw new ExportFileError(
      `${path} is not a file: --out takes the name of one. Without --out, rows go to standard output.`,
    );
}

/** Locks a file for this process. @throws ExportFileError if another export has it. */
async function lockFile(path: string, sleep: Sleep): Promise<FileLock> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryLock(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ELOCKED') throw error;
      if (attempt === lockAttempts) throw new ExportFileError(otherExport(path));
      await sleep(lockPauseMs);
    }
  }
}

async function tryLock(path: string): Promise<FileLock> {
  let isLost = false;
  const release = await lock(path, {
    lockfilePath: `${partOf(path)}.lock`,
    realpath: false, // there may be no file yet
    stale: lockStaleMs,
    update: lockUpdateMs,
    onCompromised: () => (isLost = true),
  });
  return {
    release,
    get isLost() {
      return isLost;
    },
  };
}

const otherExport = (path: string): string => `${path} is being written by another export.`;
const partOf = (path: string): string => `${path}.part`;
const stateOf = (path: string): string => `${path}.part.json`;

/** @throws ExportFileError for a file that is not a checkpoint. */
async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if (!existsSync(stateOf(path))) return undefined;
  try {
    return checkpoint.parse(JSON.parse(await readFile(stateOf(path), 'utf8')));
  } catch {
    throw new ExportFileError(`${stateOf(path)} is not readable; --force starts over.`);
  }
}
