import { type CryptoKey, errors, type JWTHeaderParameters } from 'jose';
import { type Logger, pino } from 'pino';
import { GatewayError } from '../domain/errors.js';
import { forwardClock } from '../domain/forward-clock.js';
import { JoinedChunks } from '../domain/joined-chunks.js';
import { parseJson } from '../domain/json.js';
import { KeySet } from './key-set.js';

/** Time until the last byte of the issuer's response. */
const timeoutMs = 3000;
/** An issuer has a handful of keys, with certificate chains of a few kilobytes. */
const maximumBytes = 1024 ** 2;

/** The issuer did not answer with a key set. The message says why, without a URL or anything of the answer. */
class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

/**
 * Reads the issuer's key set, bounded in time and in bytes.
 * @returns its keys, whatever they are.
 * @throws KeySetUnavailable
 */
async function fetchKeys(url: string): Promise<readonly unknown[]> {
  let text: string | undefined;
  try {
    const response = await fetch(url, {
      headers: { accept: 'application/jwk-set+json, application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KeySetUnavailable(`status ${response.status}`);
    }
    text = await bodyText(response);
  } catch (error) {
    if (error instanceof KeySetUnavailable) throw error;
    if ((error as Error).name === 'TimeoutError') throw new KeySetUnavailable('timeout');
    const { cause } = error as { readonly cause?: { readonly code?: string } };
    throw new KeySetUnavailable(cause?.code ?? 'not reachable');
  }
  const json = text === undefined ? undefined : parseJson(text);
  const keys = typeof json === 'object' && json !== null && 'keys' in json ? json.keys : undefined;
  if (!Array.isArray(keys)) throw new KeySetUnavailable('not a key set');
  return keys as readonly unknown[];
}

/** @returns undefined for a body that is too long, of which the rest is not read. */
async function bodyText(response: Response): Promise<string | undefined> {
  const pieces: Buffer[] = [];
  const chunks = new JoinedChunks();
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maximumBytes) return undefined; // leaving the loop cancels the body
    pieces.push(...chunks.add(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)));
  }
  const rest = chunks.end();
  return Buffer.concat(rest ? [...pieces, rest] : pieces).toString('utf8');
}

/** Keys of this age are read again while tokens are still verified with them. */
const refreshAgeMs = 300_000;
/** A key that the issuer removed is not trusted for longer than this, unless the issuer fails. */
const maximumAgeMs = 600_000;
/** Tokens of unknown keys cause one read in this time, however many they are. */
const cooldownMs = 10_000;
/** Pause after a failed read. */
const pauseMs = 2000;
/** While the issuer fails, the keys of the last read stay valid for this time. */
const maximumStaleMs = 3_600_000;

/**
 * Finds the public key that a token names among the keys of its issuer. Reads them when the first token comes, when
 * they are old, and when no known key is that of a token. A token whose key is known waits for no read, except for the first
 * token after ten idle minutes.
 */
export class IssuerKeys {
  readonly #url: string;
  readonly #logger: Logger;
  #set: KeySet | undefined;
  readonly #now = forwardClock();
  #readAtMs = Number.NEGATIVE_INFINITY;
  #pausedUntilMs = 0;
  #isFailing = false;
  #reading: Promise<void> | undefined;

  constructor(url: string, logger: Logger) {
    this.#url = url;
    this.#logger = logger;
  }

  /**
   * The next key that a token's header may mean.
   * @param tried keys whose signature it is not.
   * @throws GatewayError AUTHENTICATION_UNAVAILABLE where no key is known and the issuer fails; jose's error where the issuer
   * has none, no further one, or none that can be used.
   */
  async next(header: JWTHeaderParameters, tried: readonly CryptoKey[]): Promise<CryptoKey> {
    if (this.#ageMs() > refreshAgeMs) {
      const reading = this.#read();
      if (this.#ageMs() > maximumAgeMs && !this.#isFailing) await reading;
    }
    const known = await this.#known(header, tried);
    if (known) return known;
    if (this.#ageMs() > cooldownMs) await this.#read();
    const key = await this.#known(header, tried);
    if (key) return key;
    if (!this.#isFailing || tried.length > 0) throw new errors.JWKSNoMatchingKey();
    throw new GatewayError(
      'AUTHENTICATION_UNAVAILABLE',
      'Authentication is temporarily unavailable. Try again.',
    );
  }

  #ageMs(): number {
    return this.#now() - this.#readAtMs;
  }

  async #known(header: JWTHeaderParameters, tried: readonly CryptoKey[]): Promise<CryptoKey | undefined> {
    if (this.#ageMs() >= maximumStaleMs) return undefined;
    const keys = await this.#set?.find(header);
    return keys?.find((key) => !tried.includes(key));
  }

  /** One read at a time, and none in the pause after a failed one. Never rejects. */
  #read(): Promise<void> {
    if (this.#now() < this.#pausedUntilMs) return Promise.resolve();
    this.#reading ??= this.#replaceKeys().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #replaceKeys(): Promise<void> {
    try {
      this.#set = new KeySet(await fetchKeys(this.#url), this.#logger, this.#set);
      this.#readAtMs = this.#now();
      this.#isFailing = false;
    } catch (error) {
      this.#isFailing = true;
      this.#pausedUntilMs = this.#now() + pauseMs;
      const reason = error instanceof KeySetUnavailable ? error.message : 'unknown';
      this.#logger.error({ reason }, 'the keys at JWT_JWKS_URL cannot be read');
    }
  }
}

/**
 * Reads an issuer's keys once.
 * @returns the algorithms among the given ones for which there is a key that tokens can be verified with.
 * @throws KeySetUnavailable
 */
export async function usableAlgorithms(
  url: string,
  algorithms: readonly string[],
): Promise<readonly string[]> {
  const set = new KeySet(await fetchKeys(url), pino({ level: 'silent' }));
  const usable: string[] = [];
  for (const alg of algorithms) {
    const hasKey = await set.find({ alg }).then(
      (keys) => keys.length > 0,
      (error: unknown) => error instanceof errors.JWKSMultipleMatchingKeys,
    );
    if (hasKey) usable.push(alg);
  }
  return usable;
}
