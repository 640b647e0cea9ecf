import { type JWTPayload } from 'jose';
import { type Caller, type Scope, scopes as allScopes } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';

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
