import { type IncomingHttpHeaders } from 'node:http';
import { anonymous, type Caller } from '../domain/requests/caller.js';
import { GatewayError } from '../domain/errors.js';

/** Credentials of a request, not verified yet. */
interface Credentials {
  /** The key or token in `Authorization: Bearer`. */
  readonly bearer?: string | undefined;
  /** The key in `X-Api-Key`. */
  readonly apiKey?: string | undefined;
}

/** Many times the length of a key, and longer than issuers' tokens. */
const maximumLength = 8192;

/**
 * The credentials in a request's headers.
 * @throws GatewayError UNAUTHENTICATED for credentials that are too long.
 */
export function credentialsInHeaders(headers: IncomingHttpHeaders): Credentials {
  const apiKey = headers['x-api-key'];
  return bounded({
    bearer: bearerIn(headers.authorization),
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
  });
}

/**
 * The credentials in a WebSocket's `connectionParams`, under the names that clients and routers use, at the top level or
 * in `headers`. Without any, those in the headers of the upgrade request, which browsers can't set.
 * @throws GatewayError UNAUTHENTICATED for credentials that are too long.
 */
export function credentialsInConnection(
  connectionParams: Readonly<Record<string, unknown>> | undefined,
  upgradeHeaders: IncomingHttpHeaders,
): Credentials {
  const nested = connectionParams?.['headers'];
  const found = [connectionParams, nested].map(credentialsInParameters).find(isPresent);
  return found ? bounded(found) : credentialsInHeaders(upgradeHeaders);
}

function credentialsInParameters(parameters: unknown): Credentials {
  if (typeof parameters !== 'object' || parameters === null) return {};
  const byName = new Map(
    Object.entries(parameters).map(([name, value]) => [name.toLowerCase(), value as unknown]),
  );
  const text = (...names: string[]): string | undefined =>
    names.map((name) => byName.get(name)).find((value) => typeof value === 'string' && value !== '') as
      string | undefined;
  const authorization = text('authorization');
  return {
    bearer: bearerIn(authorization) ?? bareIn(authorization) ?? text('token'),
    apiKey: text('x-api-key', 'apikey'),
  };
}

/** The scheme is case-insensitive (RFC 9110, 11.1). */
function bearerIn(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** A key or token without a scheme. */
function bareIn(authorization: string | undefined): string | undefined {
  return authorization === undefined || authorization.includes(' ') ? undefined : authorization;
}

function isPresent({ bearer, apiKey }: Credentials): boolean {
  return bearer !== undefined || apiKey !== undefined;
}

function bounded(credentials: Credentials): Credentials {
  for (const text of [credentials.bearer, credentials.apiKey])
    if (text !== undefined && text.length > maximumLength)
      throw new GatewayError('UNAUTHENTICATED', `Credentials may have at most ${maximumLength} characters.`);
  return credentials;
}

/**
 * Finds the caller that credentials belong to.
 * @throws GatewayError UNAUTHENTICATED for invalid credentials, AUTHENTICATION_UNAVAILABLE where they can't be verified.
 */
export type Authenticator = (credentials: Credentials) => Promise<Caller>;

/** Accepts every request, without credentials (`AUTH_MODE=none`). */
export const allowAnonymous: Authenticator = () => Promise.resolve(anonymous);
