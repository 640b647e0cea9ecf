import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  jwksCache,
  type JWKSCacheInput,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
  type JWTVerifyResult,
} from 'jose';
import { type Logger } from 'pino';
import { type Caller, type Scope, scopes as allScopes } from '../domain/caller.js';
import { GatewayError } from '../domain/errors.js';
import { type Authenticator } from './credentials.js';

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

/** The longest `sub` that there may be (OpenID Connect Core, 2). */
const maximumNameLength = 255;
/** Where issuers put scopes: RFC 8693 and 9068, Entra and Okta, others, Auth0. */
const scopeClaims = ['scope', 'scp', 'scopes', 'permissions'] as const;

/**
 * Who a token speaks of, once it is known to be good. Scopes that are not ours are none of our business.
 * @param validUntilMs epoch milliseconds.
 * @throws GatewayError UNAUTHENTICATED for a token that names nobody.
 */
export function callerIn(claims: JWTPayload, validUntilMs: number): Caller {
  return { name: nameIn(claims), scopes: scopesIn(claims), expiresAtMs: validUntilMs };
}

function nameIn({ sub, client_id, azp }: JWTPayload): string {
  const name = [sub, client_id, azp].find((claim) => typeof claim === 'string' && claim.trim() !== '');
  if (typeof name !== 'string')
    throw new GatewayError(
      'UNAUTHENTICATED',
      'The token names nobody: it needs "sub", "client_id" or "azp".',
    );
  if (name.length > maximumNameLength)
    throw new GatewayError(
      'UNAUTHENTICATED',
      `Whom the token names may have ${maximumNameLength} characters at most.`,
    );
  return name;
}

function scopesIn(claims: JWTPayload): ReadonlySet<Scope> {
  const said = new Set(scopeClaims.flatMap((name) => words(claims[name])));
  return new Set(allScopes.filter((scope) => said.has(scope)));
}

/** Words with spaces between them, or a list. */
function words(claim: unknown): unknown[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? (claim as unknown[]) : [];
}

/** Which tokens are good. */
export interface JwtOptions {
  /** Where the issuer's public keys are. */
  readonly jwksUrl: string;
  /** What `iss` must be. */
  readonly issuer: string;
  /** `aud` must have one of these. */
  readonly audience: readonly string[];
  /** One of these they must be signed by. */
  readonly algorithms: readonly string[];
  /** How far the issuer's clock may be from ours. */
  readonly clockSkewMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Knows callers by tokens that an issuer has signed (RFC 7519, checked as RFC 8725 says). */
export function jwtAuthenticator(options: JwtOptions): Authenticator {
  const { issuer, audience, algorithms, clockSkewMs, now, logger } = options;
  const keys = issuerKeys(options.jwksUrl, logger);
  const verify = (token: string): Promise<JWTVerifyResult> =>
    jwtVerify(token, keys, {
      issuer,
      audience: [...audience],
      algorithms: [...algorithms],
      clockTolerance: clockSkewMs / 1000,
      currentDate: new Date(now()),
      requiredClaims: ['exp'],
    });
  return async ({ bearer }) => {
    if (bearer === undefined) throw unauthenticated('Show a token: "Authorization: Bearer <token>".');
    const { payload } = await verify(bearer).catch((error: unknown) => {
      throw error instanceof errors.JOSEError ? unauthenticated(problemOf(error)) : error;
    });
    const expiresAtMs = (payload.exp ?? 0) * 1000;
    // One that is over already by our clock was taken for the skew's sake, and holds no longer than that.
    return callerIn(payload, expiresAtMs > now() ? expiresAtMs : expiresAtMs + clockSkewMs);
  };
}

/** In words of ours: only claims that the token's own bearer can read are named. */
function problemOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's "${error.claim}" is missing, or not what is taken here.`;
  if (error instanceof errors.JOSEAlgNotAllowed)
    return 'The token is signed by an algorithm that is not taken here.';
  if (error instanceof errors.JWKSNoMatchingKey)
    return 'The token is signed by a key that is not known here.';
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'The token does not say which key it is signed by ("kid").';
  return 'The token is not valid.';
}

function unauthenticated(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}
