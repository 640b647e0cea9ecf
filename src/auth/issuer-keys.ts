import { type CryptoKey, errors, type JWTHeaderParameters } from 'jose';
import { type Logger } from 'pino';
import { GatewayError } from '../domain/errors.js';
import { forwardClock } from '../domain/forward-clock.js';
import { fetchKeys, KeySetUnavailable } from './fetched-keys.js';
import { KeySet } from './key-set.js';

/** Keys of this age are read again while tokens go on being verified with them. */
const refreshAgeMs = 300_000;
/** A key that the issuer removed is not trusted for longer than this, unless the issuer fails. */
const maximumAgeMs = 600_000;
/** Tokens that name unknown keys cause one read in this time, however many they are. */
const cooldownMs = 10_000;
/** Pause after a failed read. */
const pauseMs = 2000;
/** While the issuer fails, the keys of the last read stay valid for this time. */
const maximumStaleMs = 3_600_000;

/**
 * Finds the public key that a token names among the keys of its issuer. Reads them when the first token comes, when
 * they are old, and when a token names an unknown key. A token whose key is known waits for no read, except for the first
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
   * The key that a token's header names.
   * @throws GatewayError AUTHENTICATION_UNAVAILABLE where the key is not known and the issuer fails; jose's error for a key
   * that the issuer does not have, or that can't be used.
   */
  readonly find = async (header: JWTHeaderParameters): Promise<CryptoKey> => {
    if (this.#ageMs() > refreshAgeMs) {
      const reading = this.#read();
      if (this.#ageMs() > maximumAgeMs && !this.#isFailing) await reading;
    }
    const known = await this.#known(header);
    if (known) return known;
    if (this.#ageMs() > cooldownMs) await this.#read();
    const key = await this.#known(header);
    if (key) return key;
    if (!this.#isFailing) throw new errors.JWKSNoMatchingKey();
    throw new GatewayError(
      'AUTHENTICATION_UNAVAILABLE',
      'Authentication is temporarily unavailable. Try again.',
    );
  };

  #ageMs(): number {
    return this.#now() - this.#readAtMs;
  }

  #known(header: JWTHeaderParameters): Promise<CryptoKey | undefined> | undefined {
    return this.#ageMs() < maximumStaleMs ? this.#set?.find(header) : undefined;
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
