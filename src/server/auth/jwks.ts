import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  jwksCache,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
} from 'jose';
import { GatewayError } from '../../domain/errors.js';
import { type Logger } from '../logger.js';

/** How long the issuer may take to answer. */
const timeoutMs = 3000;
/** After this the keys are read anew, so that one that was taken away is not believed for longer. */
const maximumAgeMs = 600_000;
/** Keys nobody has heard of make the issuer be asked this often at most. */
const cooldownMs = 10_000;
/** While the issuer can't be reached it is left in peace this long. */
const restMs = 2000;
/** Keys that were read stay good this long while the issuer can't be reached. */
const maximumOutageMs = 3_600_000;

/**
 * The public keys of an issuer, by what a token says of its own. Read when first needed, and again when they are old or
 * a token names another.
 * @throws GatewayError AUTHENTICATION_UNAVAILABLE where the issuer can't be reached and the key is not at hand; jose's
 * error for a key that there isn't.
 */
export function issuerKeys(url: string, logger: Logger): JWTVerifyGetKey {
  const cache: { readonly uat?: number } = {}; // jose notes here when it has read them
  let restUntilMs = 0;
  const remote = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cooldownDuration: cooldownMs,
    cacheMaxAge: maximumAgeMs,
    [jwksCache]: cache as JWKSCacheInput,
    [customFetch]: (...request) =>
      Date.now() < restUntilMs
        ? Promise.reject(new Error('The issuer is left in peace.'))
        : fetch(...request),
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (!isOutage(error)) throw error;
      if (Date.now() >= restUntilMs) {
        restUntilMs = Date.now() + restMs;
        logger.error({ reason: reasonOf(error) }, 'the keys at JWT_JWKS_URL can not be read');
      }
    }
    const known = Date.now() < (cache.uat ?? 0) + maximumOutageMs ? remote.jwks() : undefined;
    const local = known && createLocalJWKSet(known);
    const key = await local?.(header, token).catch(() => undefined);
    if (key) return key;
    throw new GatewayError('AUTHENTICATION_UNAVAILABLE', 'Who asks can not be told for now; try again.');
  };
}

/** True where it is the issuer's fault, not the token's. */
function isOutage(error: unknown): boolean {
  return !(error instanceof errors.JOSEError) || outageCodes.has(error.code);
}

const outageCodes: ReadonlySet<string> = new Set([
  errors.JOSEError.code,
  errors.JWKSTimeout.code,
  errors.JWKSInvalid.code,
]);

function reasonOf(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly code?: string } };
  return error instanceof errors.JOSEError ? error.code : (cause?.code ?? 'it can not be reached');
}
