import { accessSync, constants, lstatSync, readFileSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';

/** Bytes of the largest file that a setting may name, by what is in it. */
export const mostBytesOf = { secret: 64 * 1024, keys: 1024 ** 2, documents: 16 * 1024 ** 2 } as const;

/** A file that can't be used. The message is a clause about it, and quotes nothing of its content. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
}

/** True for a file of any kind, also for a link to nowhere. @throws FileProblem where that can't be seen. */
export function isThere(path: string): boolean {
  return attempt(path, () => lstatSync(path, { throwIfNoEntry: false })) !== undefined;
}

/**
 * Checks that a file can be read whole. Pipes and devices can't: they end late or never, and a restarted worker would find
 * them empty.
 * @returns its size in bytes.
 * @throws FileProblem
 */
export function checkFile(path: string, mostBytes: number): number {
  const stats = attempt(path, () => statSync(path));
  if (stats.isDirectory()) throw new FileProblem('it is a directory');
  if (!stats.isFile()) throw new FileProblem('it is not a regular file');
  if (stats.size > mostBytes) throw new FileProblem(`it has ${stats.size} bytes, more than ${mostBytes}`);
  attempt(path, () => {
    accessSync(path, constants.R_OK);
  });
  return stats.size;
}

/** The text of a file, without a byte order mark. @throws FileProblem */
export function readText(path: string, mostBytes: number): string {
  checkFile(path, mostBytes);
  return attempt(path, () => readFileSync(path, 'utf8')).replace(/^\uFEFF/, '');
}

function attempt<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw new FileProblem(reasonOf((error as NodeJS.ErrnoException).code, path));
  }
}

function reasonOf(code = 'unknown', path: string): string {
  if (code === 'ENOENT') return `there is no such file${isAbsolute(path) ? '' : ` in ${process.cwd()}`}`;
  if (code === 'EACCES' || code === 'EPERM') return 'the user of this process may not read it';
  return `it cannot be read: ${code}`;
}

const [othersWrite, sticky] = [0o022, 0o1000];

/**
 * How users other than the owner can change a file, in words: they can write the file, or replace it in its directory. In a
 * sticky directory they can't replace it. Undefined if they can't change the file, or if it can't be read.
 */
export function writersOf(path: string): string | undefined {
  try {
    if (isOpen(statSync(path))) return 'other users can write it';
    const directories = [path, realpathSync(path)].map((each) => statSync(dirname(each)));
    const isReplaceable = directories.some((each) => isOpen(each) && (each.mode & sticky) === 0);
    return isReplaceable ? 'other users can write its directory' : undefined;
  } catch {
    return undefined;
  }
}

function isOpen({ mode }: Stats): boolean {
  return process.platform !== 'win32' && (mode & othersWrite) !== 0;
}
