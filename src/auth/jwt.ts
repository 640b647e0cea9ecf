import {
  type CryptoKey,
  errors,
  type JWTHeaderParameters,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyResult,
} from 'jose';
import { type Logger } from 'pino';
import { type Scope, scopes as allScopes } from '../domain/requests/caller.js';
import { GatewayError } from '../domain/errors.js';
import { type Authenticator } from './credentials.js';
import { IssuerKeys } from './issuer-keys.js';

/** The tokens that are accepted. */
interface JwtOptions {
  /** URL of the issuer's public keys. */
  readonly jwksUrl: string;
  /** The value that `iss` must have. */
  readonly issuer: string;
  /** `aud` must have one of these values. */
  readonly audience: readonly string[];
  /** Accepted signature algorithms. */
  readonly algorithms: readonly string[];
  /** Accepted difference between the issuer's clock and ours. */
  readonly clockSkewMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Authenticates callers by tokens that an issuer signed (RFC 7519, verified as RFC 8725 recommends). */
export function jwtAuthenticator(options: JwtOptions): Authenticator {
  const { issuer, audience, algorithms, clockSkewMs, now, logger } = options;
  const keys = new IssuerKeys(options.jwksUrl, logger);
  const verify = async (token: string): Promise<JWTVerifyResult> => {
    const tried: CryptoKey[] = [];
    const nextKey = async (header: JWTHeaderParameters): Promise<CryptoKey> => {
      const key = await keys.next(header, tried);
      tried.push(key);
      return key;
    };
    let mismatch: errors.JWSSignatureVerificationFailed | undefined;
    for (;;)
      try {
        return await jwtVerify(token, nextKey, {
          issuer,
          audience: [...audience],
          algorithms: [...algorithms],
          clockTolerance: clockSkewMs / 1000,
          currentDate: new Date(now()),
          requiredClaims: ['exp'],
        });
      } catch (error) {
        if (error instanceof errors.JWSSignatureVerificationFailed) mismatch = error;
        else throw error instanceof errors.JWKSNoMatchingKey ? (mismatch ?? error) : error;
      }
  };
  return async ({ bearer }) => {
    if (bearer === undefined) throw unauthenticated('A token is needed: "Authorization: Bearer <token>".');
    const { payload } = await verify(bearer).catch((error: unknown) => {
      // Whatever fails here, the token is not proven. Errors that are not jose's come from the key or the crypto library.
      throw error instanceof GatewayError ? error : unauthenticated(problemOf(error));
    });
    const expiresAtMs = (payload.exp ?? 0) * 1000;
    if (!(expiresAtMs <= latestExpiryMs))
      throw unauthenticated('The token\'s claim "exp" is missing or not accepted.');
    // A token that has expired by our clock was accepted because of the clock skew; it stays valid until the skew is over.
    const validUntilMs = expiresAtMs > now() ? expiresAtMs : expiresAtMs + clockSkewMs;
    // The keys may have been long in coming.
    if (validUntilMs <= now()) throw unauthenticated('The token has expired.');
    return { name: nameIn(payload), scopes: scopesIn(payload), expiresAtMs: validUntilMs };
  };
}

/** Names only claims that the bearer can read in the token. */
function problemOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The token has expired.';
  if (error instanceof errors.JWTClaimValidationFailed)
    return `The token's claim "${error.claim}" is missing or not accepted.`;
  if (error instanceof errors.JOSEAlgNotAllowed) return "The token's signature algorithm is not accepted.";
  if (error instanceof errors.JWKSNoMatchingKey) return "The token's signing key is unknown.";
  if (error instanceof errors.JWKSMultipleMatchingKeys)
    return 'The token does not name its signing key ("kid"), or several keys have that name.';
  return 'The token is not valid.';
}

function unauthenticated(message: string): GatewayError {
  return new GatewayError('UNAUTHENTICATED', message);
}

/** The end of the year 9999. JSON numbers can be infinite once they are parsed, and such a token would never end. */
const latestExpiryMs = Date.UTC(10_000, 0) - 1;
/** The longest `sub` (OpenID Connect Core, 2). */
const maximumNameLength = 255;
/** Claims in which issuers put scopes: RFC 8693 and 9068, Entra and Okta, others, Auth0. */
const scopeClaims = ['scope', 'scp', 'scopes', 'permissions'] as const;

function nameIn({ sub, client_id, azp }: JWTPayload): string {
  const name = [sub, client_id, azp].find((claim) => typeof claim === 'string' && claim.trim() !== '');
  if (typeof name !== 'string')
    throw unauthenticated('The token names no caller: it needs "sub", "client_id" or "azp".');
  if (name.length > maximumNameLength)
    throw unauthenticated(`The name of a token's caller may have at most ${maximumNameLength} characters.`);
  return name;
}

/** Scopes of other services are ignored. */
function scopesIn(claims: JWTPayload): ReadonlySet<Scope> {
  const granted = new Set(scopeClaims.flatMap((name) => words(claims[name])));
  return new Set(allScopes.filter((scope) => granted.has(scope)));
}

/** A claim's words: a text separated by spaces, or a list. */
function words(claim: unknown): unknown[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? (claim as unknown[]) : [];
}
