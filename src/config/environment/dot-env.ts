import { lstatSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { FileProblem, isThere, mostBytesOf, readText } from './files.js';

/** The file `.env` of the working directory. */
export interface DotEnv {
  readonly path: string;
  /** Variables that it set. */
  readonly set: readonly string[];
  /** Variables of which the environment had another value, which wins. */
  readonly overridden: readonly string[];
  /** Lines that can't be read, and variables that have no effect here; one sentence each. */
  readonly problems: readonly string[];
}

/**
 * An assignment, a comment, both or nothing. Node reads other lines too, but not as they are meant: it cuts `a#b` to `a`.
 */
const readableLine =
  /^\s*(?:(?:export )?(?!export[A-Z_])([A-Za-z_]\w*)\s*=\s*(?:"[^"]*"\s*|'[^']*'\s*|`[^`]*`\s*|[^\s"'`#][^#]*)?)?(?:(?<!\S)#.*)?$/;
/** Variables that Node reads when it starts, before this file. */
const readByNode = /^(?:NODE_(?!ENV$)|UV_THREADPOOL_SIZE$|SSL_CERT_)/;

/**
 * Reads `.env`, if there is one, into an environment, as Node's own `process.loadEnvFile` does: existing variables win,
 * even empty ones.
 * @throws FileProblem if it can't be read.
 */
export function loadDotEnv(environment: NodeJS.ProcessEnv, name = '.env'): DotEnv | undefined {
  if (!isThere(name)) return undefined;
  refusePlanted(name);
  const problems: string[] = [];
  const values = parseEnv(readableLines(readText(name, mostBytesOf.secret), problems));
  const [set, overridden]: [string[], string[]] = [[], []];
  for (const [variable, value = ''] of Object.entries(values)) {
    if (readByNode.test(variable))
      problems.push(
        `${variable} has no effect here, since Node reads it before this file; set it in the environment`,
      );
    else if (environment[variable] !== undefined) {
      if (environment[variable] !== value) overridden.push(variable);
    } else {
      environment[variable] = value;
      set.push(variable);
    }
  }
  return { path: resolve(name), set, overridden, problems };
}

/** Where anyone may create files, such as /tmp, the file of another user is not the operator's. */
function refusePlanted(name: string): void {
  if (process.getuid === undefined || (statSync(dirname(name)).mode & 0o002) === 0) return;
  if (![0, process.getuid()].includes(lstatSync(name).uid))
    throw new FileProblem('it belongs to another user, in a directory that anyone can write to');
}

/** Keeps the lines that can be read in only one way. A problem does not quote its line, which may hold a secret. */
function readableLines(text: string, problems: string[]): string {
  const seen = new Set<string>();
  const isReadable = (line: string, index: number): boolean => {
    const place = `line ${index + 1}`;
    const match = readableLine.exec(line);
    // Node takes `export` and a tab for a part of the name, which a shell does not.
    const isRead = match !== null && (match[1] === undefined || match[1] in parseEnv(line));
    if (!isRead)
      problems.push(
        `${place} can't be read, takes NAME=value or export NAME=value; a value with #, or with a quote at its start, goes between quotes`,
      );
    const [, name] = match ?? [];
    if (name !== undefined && seen.has(name))
      problems.push(`${place} sets ${name} again; remove one of the two`);
    if (name !== undefined) seen.add(name);
    return isRead;
  };
  return text
    .split(/\r\n|\r|\n/)
    .filter(isReadable)
    .join('\n');
}
