import { checkPrime, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** Smaller RSA keys can be broken (RFC 7518, 3.3); with larger ones each check takes long. */
const [minimumRsaBits, maximumRsaBits] = [2048, 4096];
/** With an exponent of 1 a signature is its own message; even ones do not belong to any private key (RFC 8017, 3.1). */
const minimumExponent = 3n;
/** A modulus with a factor below this was not made of two large primes. */
const smallestFactor = 1000;

/**
 * Why no token may be verified with a key of a JWKS, or undefined for a usable key. Degenerate keys are well formed, but
 * anybody could forge their signatures.
 */
export async function problemOfKey(key: unknown): Promise<string | undefined> {
  if (typeof key !== 'object' || key === null || Array.isArray(key)) return 'not an object';
  const { kty, d, k } = key as JsonWebKey;
  if (kty === 'oct' || d !== undefined || k !== undefined) return 'not a public key';
  let read: KeyObject;
  try {
    read = createPublicKey({ key: key as JsonWebKey, format: 'jwk' }); // refuses points that are not on their curve
  } catch {
    return 'not a valid key';
  }
  if (read.asymmetricKeyType === 'rsa') return problemOfRsa(read);
  if (read.asymmetricKeyType === 'ed25519') return hasSmallOrder(read) ? 'a point of small order' : undefined;
  return read.asymmetricKeyType === 'ec' ? undefined : 'not a key for signatures';
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
