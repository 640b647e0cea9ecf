import { createHash, timingSafeEqual } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type Caller } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { type Logger } from '../logger.js';
import { ApiKeysProblem, type ApiKeyEntry, parseApiKeys } from './api-keys-file.js';
import { type Authenticator } from './authenticator.js';

/** How often the file is read for changes: by content, so that it does not matter how it was replaced. */
const lookEveryMs = 1000;

interface KnownKey {
  readonly entry: ApiKeyEntry;
  readonly caller: Caller;
  readonly revoked: AbortController;
}

/** Knows callers by their keys, whose hashes are in a file that may change while the gateway runs. */
export class ApiKeys {
  readonly #path: string;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #keys: readonly KnownKey[] = [];
  #text: string;
  #toldProblem: string | undefined;
  #isClosed = false;

  private constructor(path: string, text: string, logger: Logger) {
    this.#path = path;
    this.#logger = logger;
    this.#text = text;
    this.#take(parseApiKeys(text));
    this.#timer = setTimeout(() => void this.#look(), lookEveryMs).unref();
  }

  /** @throws ApiKeysProblem where the file can't be read. */
  static async open(path: string, logger: Logger): Promise<ApiKeys> {
    return new ApiKeys(path, await read(path), logger);
  }

  /** Ends the looking for changes. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  /** Compares with every key, whichever it is, so that the time it takes tells nothing. */
  readonly authenticate: Authenticator = ({ bearer, apiKey }) => {
    const shown = bearer ?? apiKey;
    if (shown === undefined)
      return refused('Show an API key: "Authorization: Bearer <key>" or "X-Api-Key: <key>".');
    const hash = createHash('sha256').update(shown).digest();
    let found: Caller | undefined;
    for (const { entry, caller } of this.#keys) if (timingSafeEqual(entry.sha256, hash)) found = caller;
    return found ? Promise.resolve(found) : refused('The API key is not known here.');
  };

  async #look(): Promise<void> {
    try {
      const text = await read(this.#path);
      if (text !== this.#text) {
        this.#take(parseApiKeys(text));
        this.#text = text;
        this.#logger.info({ keys: this.#keys.length }, 'the API keys were read anew');
      }
      this.#toldProblem = undefined;
    } catch (error) {
      this.#tell(error);
    }
    if (!this.#isClosed) this.#timer.refresh();
  }

  /** Keys that stay as they are stay the same caller; those that don't are taken away. */
  #take(entries: readonly ApiKeyEntry[]): void {
    const before = this.#keys;
    this.#keys = entries.map(
      (entry) => before.find((known) => isSame(known.entry, entry)) ?? knownKey(entry),
    );
    for (const known of before) if (!this.#keys.includes(known)) known.revoked.abort();
    if (entries.length === 0) this.#logger.warn('the file of API keys has none: nobody is let in');
  }

  /** Each problem once, not every second. */
  #tell(error: unknown): void {
    const problem = error instanceof ApiKeysProblem ? error.message : 'unknown';
    if (problem !== this.#toldProblem)
      this.#logger.error({ problem }, 'API_KEYS_FILE can not be read anew: the keys stay as they were');
    this.#toldProblem = problem;
  }
}

async function read(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw new ApiKeysProblem(
      code === 'ENOENT' ? 'There is no such file.' : `The file can not be read: ${code}.`,
    );
  }
}

function knownKey(entry: ApiKeyEntry): KnownKey {
  const revoked = new AbortController();
  setMaxListeners(0, revoked.signal); // one for each subscription of the key
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
