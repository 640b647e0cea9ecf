import { errors, jwtVerify, type JWTVerifyResult } from 'jose';
import { GatewayError } from '../../domain/errors.js';
import { type Logger } from '../logger.js';
import { type Authenticator } from './authenticator.js';
import { issuerKeys } from './jwks.js';
import { callerIn } from './token-claims.js';

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
