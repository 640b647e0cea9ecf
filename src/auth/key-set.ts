import { checkPrime, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { type CryptoKey, errors, importJWK, type JWK, type JWTHeaderParameters } from 'jose';
import { type Logger } from 'pino';

/** Keys after these are skipped. An issuer has a handful. */
const maximumKeys = 100;
/** Most keys that are examined for one token: several may share its key id, or the token names none. */
const maximumCandidates = 4;
/** A modulus of 4096 bits is 683 characters, or a few more where it is padded. An examination of a long one takes seconds. */
const maximumModulusCharacters = 700;
/** Longer ids are cut where they are logged. */
const maximumKidLength = 80;
const maximumLoggedKeys = 10;

/** The header of a token, of which the algorithm was checked. */
type Header = Pick<JWTHeaderParameters, 'alg' | 'kid'>;

/**
 * The keys of one read of an issuer's JWKS. Only a key that a token names is imported and examined, once for its content,
 * so that a large or hostile set costs nothing.
 */
export class KeySet {
  /** By their JSON. */
  readonly keys: ReadonlyMap<string, IssuerKey>;
  /** Why keys were skipped, a line for each. */
  readonly skipped: string;

  /** Takes over what is known of keys that an earlier read had too. */
  constructor(jwks: readonly unknown[], logger: Logger, before?: KeySet) {
    const problems: string[] = [];
    const keys = new Map<string, IssuerKey>();
    for (const [index, jwk] of jwks.slice(0, maximumKeys).entries()) {
      const problem = problemOfShape(jwk);
      if (problem === undefined) {
        const text = JSON.stringify(jwk);
        keys.set(text, before?.keys.get(text) ?? new IssuerKey(jwk as JWK, index, logger));
      } else problems.push(`${nameOfKey(jwk, index)}: ${problem}`);
    }
    const rest = jwks.length - maximumKeys;
    if (rest > 0) problems.push(`the last ${rest} keys: at most ${maximumKeys} are accepted`);
    this.keys = keys;
    this.skipped = problems.join('\n');
    if (this.skipped !== before?.skipped) logSkipped(logger, problems);
  }

  /**
   * The keys that a token's header may mean, and that can be used. An issuer may give several keys one id, or none, and its
   * tokens may name none (RFC 7515, 4.1.4): only the signature shows which one it was.
   * @throws JWKSMultipleMatchingKeys for more than four.
   */
  async find(header: Header): Promise<readonly CryptoKey[]> {
    const candidates = [...this.keys.values()].filter(({ jwk }) => isMeant(jwk, header));
    if (candidates.length > maximumCandidates) throw new errors.JWKSMultipleMatchingKeys();
    const imported = await Promise.all(candidates.map((key) => key.importedFor(header.alg)));
    return imported.filter((key) => key !== undefined);
  }
}

/** One at a time: signatures are verified by the same threads, and tokens with examined keys should not wait. */
let lastExamination: Promise<unknown> = Promise.resolve();

class IssuerKey {
  readonly jwk: JWK;
  readonly #index: number;
  readonly #logger: Logger;
  readonly #imported = new Map<string, Promise<CryptoKey | undefined>>();
  #isUsable: Promise<boolean> | undefined;

  constructor(jwk: JWK, index: number, logger: Logger) {
    this.jwk = jwk;
    this.#index = index;
    this.#logger = logger;
  }

  /** The key for an algorithm; undefined if no token may be verified with it. */
  importedFor(algorithm: string): Promise<CryptoKey | undefined> {
    let imported = this.#imported.get(algorithm);
    if (!imported) this.#imported.set(algorithm, (imported = this.#import(algorithm)));
    return imported;
  }

  async #import(algorithm: string): Promise<CryptoKey | undefined> {
    this.#isUsable ??= this.#examine();
    if (!(await this.#isUsable)) return undefined;
    // WebCrypto refuses members that are not what RFC 7517 says
    const key = await importJWK({ ...this.jwk, ext: true }, algorithm).catch(() => undefined);
    return key instanceof Uint8Array || key?.type !== 'public' ? undefined : key;
  }

  async #examine(): Promise<boolean> {
    const examination = lastExamination.then(() => problemOfKey(this.jwk));
    lastExamination = examination;
    const problem = await examination;
    if (problem !== undefined) logSkipped(this.#logger, [`${nameOfKey(this.jwk, this.#index)}: ${problem}`]);
    return problem === undefined;
  }
}

/** Problems that are seen without importing a key. */
function problemOfShape(jwk: unknown): string | undefined {
  if (typeof jwk !== 'object' || jwk === null || Array.isArray(jwk)) return 'not an object';
  const { n } = jwk as { readonly n?: unknown };
  return typeof n === 'string' && n.length > maximumModulusCharacters
    ? 'an RSA key of more than 4096 bits'
    : undefined;
}

const keyTypes: Readonly<Record<string, string>> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' };
const curves: Readonly<Record<string, string>> = {
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'Ed25519',
};

/** Whether a token with this header may be signed with a key (RFC 7517, 4). */
function isMeant(jwk: JWK, { alg, kid }: Header): boolean {
  const { use, key_ops: operations, crv } = jwk;
  return (
    jwk.kty === keyTypes[alg.slice(0, 2)] &&
    (typeof kid !== 'string' || jwk.kid === kid) &&
    (typeof jwk.alg !== 'string' || jwk.alg === alg) &&
    (typeof use !== 'string' || use === 'sig') &&
    (!Array.isArray(operations) || operations.includes('verify')) &&
    (curves[alg] === undefined || crv === curves[alg])
  );
}

function nameOfKey(jwk: unknown, index: number): string {
  const { kid } = (jwk ?? {}) as { readonly kid?: unknown };
  return typeof kid === 'string' ? kid.slice(0, maximumKidLength) : `key ${index + 1}`;
}

function logSkipped(logger: Logger, problems: readonly string[]): void {
  if (problems.length === 0) return;
  logger.warn(
    { skipped: problems.slice(0, maximumLoggedKeys), count: problems.length },
    'keys at JWT_JWKS_URL cannot be used: tokens that name them are refused',
  );
}

/** Smaller RSA keys can be broken (RFC 7518, 3.3); with larger ones each check takes long. */
const [minimumRsaBits, maximumRsaBits] = [2048, 4096];
/** With an exponent of 1 a signature is its own message; even ones do not belong to any private key (RFC 8017, 3.1). */
const minimumExponent = 3n;
/** A modulus with a factor below this was not made of two large primes. */
const smallestFactor = 1000;

/**
 * Why no token may be verified with a key of a JWKS, or undefined for a usable key. Degenerate keys are well formed, but
 * anyone could forge their signatures.
 */
async function problemOfKey(jwk: JWK): Promise<string | undefined> {
  if (jwk.kty === 'oct' || jwk.d !== undefined || jwk.k !== undefined) return 'not a public key';
  let key: KeyObject;
  try {
    key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' }); // refuses points that are not on their curve
  } catch {
    return 'not a valid key';
  }
  if (key.asymmetricKeyType === 'rsa') return problemOfRsa(key);
  if (key.asymmetricKeyType === 'ed25519') return hasSmallOrder(key) ? 'a point of small order' : undefined;
  return key.asymmetricKeyType === 'ec' ? undefined : 'not a key for signatures';
}

async function problemOfRsa(key: KeyObject): Promise<string | undefined> {
  const { modulusLength: bits = 0, publicExponent: exponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < minimumRsaBits) return `an RSA key of ${bits} bits; ${minimumRsaBits} are needed`;
  if (bits > maximumRsaBits) return `an RSA key of ${bits} bits; at most ${maximumRsaBits} are accepted`;
  if (exponent < minimumExponent || exponent % 2n === 0n) return 'an RSA key with a degenerate exponent';
  const modulus = BigInt(`0x${bytesOf(key, 'n').toString('hex')}`);
  return hasSmallFactor(modulus) || (await isPrime(modulus))
    ? 'an RSA key with a degenerate modulus'
    : undefined;
}

const isPrime = promisify(checkPrime) as (number: bigint) => Promise<boolean>;

function hasSmallFactor(modulus: bigint): boolean {
  for (let factor = 2; factor < smallestFactor; factor = factor === 2 ? 3 : factor + 2)
    if (modulus % BigInt(factor) === 0n) return true;
  return false;
}

/** The last coordinates of the points of Ed25519 whose order is 1, 2, 4 or 8, also where they are not reduced. */
const smallOrders: ReadonlySet<string> = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
]);

function hasSmallOrder(key: KeyObject): boolean {
  const point = bytesOf(key, 'x');
  point[31] = (point[31] ?? 0) & 0x7f; // the sign of the other coordinate
  return smallOrders.has(point.toString('hex'));
}

function bytesOf(key: KeyObject, member: 'n' | 'x'): Buffer {
  return Buffer.from(String(key.export({ format: 'jwk' })[member]), 'base64url');
}
