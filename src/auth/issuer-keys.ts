import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  jwksCache,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
} from 'jose';
import { type Logger } from 'pino';
import { GatewayError } from '../domain/errors.js';
import { parseJson } from '../domain/json.js';
import { problemOfKey } from './public-keys.js';

/** Until the last byte of the issuer's answer. */
const timeoutMs = 3000;
/** Some thousand keys; an issuer has a handful. */
const maximumKeySetBytes = 1024 ** 2;
/** The keys are read again after this time, so that a key that the issuer removed is not trusted for longer. */
const maximumAgeMs = 600_000;
/** Tokens that name unknown keys cause one read in this time, however many they are. */
const cooldownMs = 10_000;
/** Pause after a failed read. */
const pauseMs = 2000;
/** While the issuer fails, the keys of the last read stay valid for this time. */
const maximumStaleMs = 3_600_000;

/** The issuer did not answer with a key set. The message says why, without a URL or anything of the answer. */
class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable';
}

/**
 * Finds the public key that a token names among the keys of its issuer. Reads them when the first token comes, when
 * they are old, and when a token names an unknown key.
 * @throws GatewayError AUTHENTICATION_UNAVAILABLE where the key is not known and the issuer fails; jose's error for a
 * key that the issuer does not have, or that can't be used.
 */
export function issuerKeys(url: string, logger: Logger): JWTVerifyGetKey {
  const cache: { readonly uat?: number } = {}; // jose writes the time of the last read here
  const onUnusable = unusableKeyLog(logger);
  let pausedUntilMs = 0;
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: maximumAgeMs,
    [jwksCache]: cache as JWKSCacheInput,
    [customFetch]: async (address, options) => {
      if (Date.now() < pausedUntilMs) throw new KeySetUnavailable('paused');
      return Response.json({ keys: await usableKeys(await fetchKeySet(address, options), onUnusable) });
    },
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (!(error instanceof KeySetUnavailable)) throw error;
      if (Date.now() >= pausedUntilMs) {
        pausedUntilMs = Date.now() + pauseMs;
        logger.error({ reason: error.message }, 'the keys at JWT_JWKS_URL cannot be read');
      }
    }
    const stale = Date.now() < (cache.uat ?? 0) + maximumStaleMs ? remote.jwks() : undefined;
    const local = stale && createLocalJWKSet(stale);
    const key = await local?.(header, token).catch(() => undefined);
    if (key) return key;
    throw new GatewayError(
      'AUTHENTICATION_UNAVAILABLE',
      'Authentication is temporarily unavailable. Try again.',
    );
  };
}

/**
 * Reads the issuer's key set, bounded in time and in bytes.
 * @returns its keys, whatever they are.
 * @throws KeySetUnavailable
 */
async function fetchKeySet(url: string, options: RequestInit): Promise<readonly unknown[]> {
  let text: string | undefined;
  try {
    const response = await fetch(url, options);
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new KeySetUnavailable(`status ${response.status}`);
    }
    text = await boundedText(response);
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
async function boundedText(response: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    if (bytes > maximumKeySetBytes) return undefined; // leaving the loop cancels the body
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Leaves out keys that no token can be verified with: jose would fail for the whole set, or for each token that names one. */
async function usableKeys(
  keys: readonly unknown[],
  onUnusable: (problems: readonly string[]) => void,
): Promise<unknown[]> {
  const problems = await Promise.all(keys.map(problemOfKey));
  onUnusable(
    problems.flatMap((problem, index) =>
      problem === undefined ? [] : [`${nameOfKey(keys[index], index)}: ${problem}`],
    ),
  );
  return keys.filter((_key, index) => problems[index] === undefined);
}

/** Longer ids are cut where they are logged. */
const maximumKidLength = 80;
const maximumLoggedKeys = 10;

function nameOfKey(key: unknown, index: number): string {
  const { kid } = (key ?? {}) as { readonly kid?: unknown };
  return typeof kid === 'string' ? kid.slice(0, maximumKidLength) : `key ${index + 1}`;
}

/** Logs unusable keys once, not at each read. */
function unusableKeyLog(logger: Logger): (problems: readonly string[]) => void {
  let logged = '';
  return (problems) => {
    const text = problems.join('\n');
    if (text === logged) return;
    logged = text;
    if (text === '') return;
    logger.warn(
      { skipped: problems.slice(0, maximumLoggedKeys), count: problems.length },
      'keys at JWT_JWKS_URL cannot be used: tokens that name them are refused',
    );
  };
}
