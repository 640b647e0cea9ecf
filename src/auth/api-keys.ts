import { createHash, timingSafeEqual } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { constants, open } from 'node:fs/promises';
import { type Logger } from 'pino';
import { z } from 'zod';
import { type Caller, type Scope, scopes } from '../domain/requests/caller.js';
import { GatewayError } from '../domain/errors.js';
import { editsBetween } from '../domain/text.js';
import { type Authenticator } from './credentials.js';

/** An entry of the file: the hash of a key, never the key itself. */
interface ApiKeyEntry {
  readonly name: string;
  readonly scopes: ReadonlySet<Scope>;
  /** SHA-256 of the key; 32 bytes. */
  readonly sha256: Buffer;
}

/** A file of keys that can't be read. The message quotes nothing of its content. */
export class ApiKeyFileError extends Error {
  override readonly name = 'ApiKeyFileError';
}

const maximumNameLength = 128;
const hashBytes = 32;
const maximumProblems = 10;
const minimumDistinctBytes = 8; // 32 random bytes practically never have fewer than 20 distinct ones
/** Keys that anyone would try first. */
const weakKeys = [
  'password',
  '12345678',
  '123456',
  'changeme',
  'secret',
  'admin',
  'test',
  'key',
  'api-key',
  'token',
];
/** Hashes of weak keys, also with a line break, and of the empty text: the result of a script that got no key. */
const hashesOfWeakKeys: ReadonlySet<string> = new Set(
  ['', ...weakKeys].flatMap((key) =>
    [key, `${key}\n`].map((text) => createHash('sha256').update(text).digest('hex')),
  ),
);

const entry = z.strictObject(
  {
    name: z
      .string('must be text.')
      .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, 'must be printable ASCII, not blank.')
      .max(maximumNameLength, `may have at most ${maximumNameLength} characters.`),
    scopes: z
      .array(z.enum(scopes, { error: ({ input }) => unknownScope(input) }), 'must be a list of scopes.')
      .min(1, 'must have a scope: a key without scopes can do nothing.')
      .transform((list) => new Set(list)),
    sha256: z
      .string('must be text: the SHA-256 hash of the key.')
      .transform(hashIn)
      .refine((hash) => hash.length === hashBytes, 'must be the SHA-256 hash of the key, as hex or base64.')
      .refine(isRandomHash, 'is not the hash of a random key.'),
  },
  { error: 'must be an object of name, scopes and sha256, and nothing else.' },
);
const entries = z.array(entry, 'must be a list of keys, or an object with a list "keys".');
const file = z.preprocess(listIn, entries);

/**
 * Parses a file of keys.
 * @throws ApiKeyFileError for the first ten problems, a line each, with the positions of their entries.
 */
export function parseApiKeys(text: string): readonly ApiKeyEntry[] {
  const result = file.safeParse(parsed(text));
  if (!result.success) {
    const problems = new Map<string, string>(); // the first of each place: an invalid hash is not a random one either
    for (const { path, message } of result.error.issues) {
      const place = placeOf(path);
      if (!problems.has(place)) problems.set(place, `${place} ${message}`);
    }
    const left = problems.size - maximumProblems;
    const lines = [...problems.values()].slice(0, maximumProblems);
    throw new ApiKeyFileError([...lines, ...(left > 0 ? [`There are ${left} more.`] : [])].join('\n'));
  }
  refuseDuplicates(result.data, 'name', ({ name }) => name);
  refuseDuplicates(result.data, 'sha256', ({ sha256 }) => sha256.toString('hex'));
  return result.data;
}

/** The message for a text that is not a scope. The text itself is not shown. */
function unknownScope(text: unknown): string {
  const near = scopes.find((scope) => typeof text === 'string' && isNear(text, scope));
  return `must be one of ${scopes.join(', ')}${near === undefined ? '' : ` (did you mean ${near}?)`}.`;
}

/** At most two letters are wrong. */
function isNear(text: string, scope: string): boolean {
  return Math.abs(text.length - scope.length) <= 2 && editsBetween(text, scope) <= 2;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch (error) {
    throw new ApiKeyFileError(`The file is not JSON${lineOf(error, text)}.`);
  }
}

/** Where JSON.parse stopped, if it says so; its message quotes the text. */
function lineOf(error: unknown, text: string): string {
  const position = /at position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? '' : `: line ${text.slice(0, Number(position)).split('\n').length}`;
}

/** The list itself, or the list that is an object's only member `keys`. */
function listIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'keys')) return value;
  return Object.keys(value).length === 1 ? (value as { readonly keys: unknown }).keys : value;
}

/** Accepts the prefixes `sha256:` and `sha256-` that some tools write. */
function hashIn(text: string): Buffer {
  const bare = text.trim().replace(/^sha-?256[:-]/i, '');
  if (/^[\da-f]{64}$/i.test(bare)) return Buffer.from(bare, 'hex');
  return /^[\w+/-]{43}=?$/.test(bare) ? Buffer.from(bare, 'base64') : Buffer.alloc(0);
}

function isRandomHash(hash: Buffer): boolean {
  return !hashesOfWeakKeys.has(hash.toString('hex')) && new Set(hash).size >= minimumDistinctBytes;
}

function refuseDuplicates(
  keys: readonly ApiKeyEntry[],
  member: keyof ApiKeyEntry,
  textOf: (key: ApiKeyEntry) => string,
): void {
  const texts = keys.map(textOf);
  const seen = new Set<string>();
  const second = texts.findIndex((text) => seen.size === seen.add(text).size);
  if (second >= 0)
    throw new ApiKeyFileError(`${placeOf([second, member])} is the same as in an earlier entry.`);
}

/** A position in the list of keys, counted from 1, for example `Entry 2: "scopes"`. */
function placeOf([index, ...members]: readonly PropertyKey[]): string {
  if (typeof index !== 'number') return 'The file';
  const member = members.find((part) => typeof part === 'string');
  return `Entry ${index + 1}${member === undefined ? '' : `: "${member}"`}`;
}

/** The file is compared by content, so that it may be replaced in any way. */
const checkEveryMs = 1000;

interface KnownKey {
  readonly entry: ApiKeyEntry;
  readonly caller: Caller;
  readonly revoked: AbortController;
}

/** Authenticates callers by API keys, whose hashes are in a file that may change while the gateway runs. */
export class ApiKeys {
  readonly #path: string;
  readonly #maximumBytes: number;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #keys: readonly KnownKey[] = [];
  #text: string;
  #loggedProblem: string | undefined;
  #isClosed = false;

  private constructor(path: string, maximumBytes: number, text: string, logger: Logger) {
    this.#path = path;
    this.#maximumBytes = maximumBytes;
    this.#logger = logger;
    this.#text = text;
    this.#replaceKeys(parseApiKeys(text));
    this.#timer = setTimeout(() => void this.#reload(), checkEveryMs).unref();
  }

  /** Reads the file and starts to watch it. @throws ApiKeyFileError where the file can't be read. */
  static async open(path: string, maximumBytes: number, logger: Logger): Promise<ApiKeys> {
    return new ApiKeys(path, maximumBytes, await read(path, maximumBytes), logger);
  }

  /** Stops watching the file. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Compares with every key, so that the time does not depend on the key. */
  readonly authenticate: Authenticator = ({ bearer, apiKey }) => {
    const key = bearer ?? apiKey;
    if (key === undefined)
      return refused('An API key is needed: "Authorization: Bearer <key>" or "X-Api-Key: <key>".');
    const hash = createHash('sha256').update(key).digest();
    let found: Caller | undefined;
    for (const { entry, caller } of this.#keys) if (timingSafeEqual(entry.sha256, hash)) found = caller;
    return found ? Promise.resolve(found) : refused('The API key is unknown.');
  };

  async #reload(): Promise<void> {
    try {
      const text = await read(this.#path, this.#maximumBytes);
      if (text !== this.#text) {
        this.#replaceKeys(parseApiKeys(text));
        this.#text = text;
        this.#logger.info({ keys: this.#keys.length }, 'the API keys were reloaded');
      }
      this.#loggedProblem = undefined;
    } catch (error) {
      this.#logProblem(error);
    }
    if (!this.#isClosed) this.#timer.refresh();
  }

  /** An unchanged key stays the same caller; a changed or removed key is revoked. */
  #replaceKeys(entries: readonly ApiKeyEntry[]): void {
    const before = this.#keys;
    this.#keys = entries.map(
      (entry) => before.find((known) => isSame(known.entry, entry)) ?? knownKey(entry),
    );
    for (const known of before) if (!this.#keys.includes(known)) known.revoked.abort();
    if (entries.length === 0) this.#logger.warn('the file of API keys is empty: every request is refused');
  }

  /** Logs each problem once, not every second. */
  #logProblem(error: unknown): void {
    const problem = error instanceof ApiKeyFileError ? error.message : 'unknown';
    if (problem !== this.#loggedProblem)
      this.#logger.error({ problem }, 'API_KEYS_FILE cannot be reloaded: the keys stay as they were');
    this.#loggedProblem = problem;
  }
}

/** Number of keys in a file. @throws ApiKeyFileError where the file can't be read. */
export async function countApiKeys(path: string, maximumBytes: number): Promise<number> {
  return parseApiKeys(await read(path, maximumBytes)).length;
}

async function read(path: string, maximumBytes: number): Promise<string> {
  try {
    return await fileText(path, maximumBytes);
  } catch (error) {
    if (error instanceof ApiKeyFileError) throw error;
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ApiKeyFileError(
      code === 'ENOENT' ? 'There is no such file.' : `The file cannot be read: ${code}.`,
    );
  }
}

/** Reads no more than the maximum, and does not wait for the writer of a pipe that may be at the path by now. */
async function fileText(path: string, maximumBytes: number): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new ApiKeyFileError('It is not a regular file.');
    if (stats.size > maximumBytes)
      throw new ApiKeyFileError(`The file has ${stats.size} bytes, more than ${maximumBytes}.`);
    const buffer = Buffer.alloc(stats.size + 1); // a file that grows meanwhile is read again
    let bytes = 0;
    for (let read = -1; read !== 0; bytes += read)
      read = (await file.read(buffer, bytes, buffer.length - bytes)).bytesRead;
    return buffer.toString('utf8', 0, bytes);
  } finally {
    await file.close();
  }
}

function knownKey(entry: ApiKeyEntry): KnownKey {
  const revoked = new AbortController();
  setMaxListeners(0, revoked.signal); // one listener for each subscription of the key
  return { entry, revoked, caller: { name: entry.name, scopes: entry.scopes, revoked: revoked.signal } };
}

function isSame(a: ApiKeyEntry, b: ApiKeyEntry): boolean {
  return (
    a.name === b.name &&
    a.sha256.equals(b.sha256) &&
    a.scopes.size === b.scopes.size &&
    [...a.scopes].every((scope) => b.scopes.has(scope))
  );
}

function refused(message: string): Promise<never> {
  return Promise.reject(new GatewayError('UNAUTHENTICATED', message));
}
