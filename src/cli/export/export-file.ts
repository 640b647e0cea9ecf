import { existsSync } from 'node:fs';
import { type FileHandle, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { z } from 'zod';

/** Where an export goes on. */
const checkpoint = z.object({
  /** What is exported: a file of another export is not continued. */
  query: z.string(),
  cursor: z.string().nullable(),
  /** Bytes of whole rows, up to this cursor. */
  bytes: z.number().int().min(0),
  rows: z.number().int().min(0),
  /** True once the file is whole. */
  isComplete: z.boolean(),
});
export type Checkpoint = z.infer<typeof checkpoint>;

/** A file that can't be written, or is not of this export; the message is for a person. */
export class ExportFileError extends Error {}

/**
 * The file of an export. Rows go to `<out>.part`, and `<out>.part.json` says up to which byte they are whole and where to go
 * on. Whatever is behind that byte, such as half a row of a killed process, is cut off and read again. The file has its name
 * once it is whole.
 */
export class ExportFile {
  readonly #path: string;
  readonly #part: FileHandle;
  #state: Checkpoint;

  private constructor(path: string, part: FileHandle, state: Checkpoint) {
    this.#path = path;
    this.#part = part;
    this.#state = state;
  }

  /**
   * Opens the file, to begin or to go on.
   * @param query what is exported.
   * @param isForced starts over, whatever is there.
   * @returns undefined if an earlier run has completed it, and only its name was missing.
   * @throws ExportFileError if there is another file.
   */
  static open(path: string, query: string, isForced: boolean): Promise<ExportFile | undefined> {
    return withFileErrors(path, () => ExportFile.#open(path, query, isForced));
  }

  static async #open(path: string, query: string, isForced: boolean): Promise<ExportFile | undefined> {
    const saved = isForced ? undefined : await readCheckpoint(path);
    if (!saved && !isForced && existsSync(path))
      throw new ExportFileError(`${path} is there already; --force replaces it.`);
    if (saved && saved.query !== query)
      throw new ExportFileError(
        `${partOf(path)} is of another export (${saved.query}); --force starts over.`,
      );
    if (saved?.isComplete) {
      if (existsSync(partOf(path))) await rename(partOf(path), path);
      await rm(stateOf(path), { force: true });
      return undefined;
    }
    const state = saved ?? { query, cursor: null, bytes: 0, rows: 0, isComplete: false };
    const part = await open(partOf(path), saved ? 'r+' : 'w');
    const { size } = await part.stat();
    if (size < state.bytes) {
      await part.close();
      throw new ExportFileError(`${partOf(path)} is shorter than it was; --force starts over.`);
    }
    await part.truncate(state.bytes);
    const file = new ExportFile(path, part, state);
    await file.#save();
    return file;
  }

  /** Where to go on. */
  get state(): Checkpoint {
    return this.#state;
  }

  /** Appends whole rows, up to a cursor. */
  append(text: string, rows: number, cursor: string): Promise<void> {
    return withFileErrors(this.#path, () => this.#append(text, rows, cursor));
  }

  async #append(text: string, rows: number, cursor: string): Promise<void> {
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
    await rename(partOf(this.#path), this.#path);
    await rm(stateOf(this.#path), { force: true });
  }

  /** Leaves the file as it is, for the next run; of an export without rows, nothing is left. */
  async close(): Promise<void> {
    await this.#part.close();
    if (this.#state.cursor !== null || this.#state.isComplete) return;
    await Promise.all([partOf(this.#path), stateOf(this.#path)].map((path) => rm(path, { force: true })));
  }

  async #save(): Promise<void> {
    const path = stateOf(this.#path);
    await writeFile(`${path}.new`, JSON.stringify(this.#state), { flush: true });
    await rename(`${path}.new`, path);
  }
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

const partOf = (path: string): string => `${path}.part`;
const stateOf = (path: string): string => `${path}.part.json`;

/** @throws ExportFileError for a file that is no checkpoint. */
async function readCheckpoint(path: string): Promise<Checkpoint | undefined> {
  if (!existsSync(stateOf(path))) return undefined;
  try {
    return checkpoint.parse(JSON.parse(await readFile(stateOf(path), 'utf8')));
  } catch {
    throw new ExportFileError(`${stateOf(path)} is not readable; --force starts over.`);
  }
}
