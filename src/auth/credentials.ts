import { type IncomingHttpHeaders } from 'node:http';
import { anonymous, type Caller } from '../domain/caller.js';
import { GatewayError } from '../domain/errors.js';

/** What somebody shows, not looked at yet. */
interface Credentials {
  /** What `Authorization: Bearer` had. */
  readonly bearer?: string | undefined;
  /** What `X-Api-Key` had. */
  readonly apiKey?: string | undefined;
}

/** Many times what a key is long, and more than issuers put into a token. */
const maximumLength = 8192;

/**
 * What a request shows in its headers.
 * @throws GatewayError for what is too long to be looked at.
 */
export function credentialsInHeaders(headers: IncomingHttpHeaders): Credentials {
  const apiKey = headers['x-api-key'];
  return bounded({
    bearer: bearerIn(headers.authorization),
    apiKey: typeof apiKey === 'string' ? apiKey : undefined,
  });
}

/**
 * What a WebSocket client shows in its `connectionParams`: under the names that clients and routers in use give it, at
 * the top or as `headers`. Where it shows nothing there, the headers of the upgrade count, which no browser can set.
 * @throws GatewayError for what is too long to be looked at.
 */
export function credentialsInConnection(
  connectionParams: Readonly<Record<string, unknown>> | undefined,
  upgradeHeaders: IncomingHttpHeaders,
): Credentials {
  const nested = connectionParams?.['headers'];
  const said = [connectionParams, nested].map(credentialsInParameters).find(isSomething);
  return said ? bounded(said) : credentialsInHeaders(upgradeHeaders);
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

/** The scheme's case does not matter (RFC 9110, 11.1). */
function bearerIn(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}

/** A key or token without a scheme before it. */
function bareIn(authorization: string | undefined): string | undefined {
  return authorization === undefined || authorization.includes(' ') ? undefined : authorization;
}

function isSomething({ bearer, apiKey }: Credentials): boolean {
  return bearer !== undefined || apiKey !== undefined;
}

function bounded(credentials: Credentials): Credentials {
  for (const text of [credentials.bearer, credentials.apiKey])
    if (text !== undefined && text.length > maximumLength)
      throw new GatewayError('UNAUTHENTICATED', `Credentials may have ${maximumLength} characters at most.`);
  return credentials;
}

/**
 * Tells who shows these credentials.
 * @throws GatewayError: UNAUTHENTICATED where they are not good, AUTHENTICATION_UNAVAILABLE where that can't be told.
 */
export type Authenticator = (credentials: Credentials) => Promise<Caller>;

/** Where nobody has to say who they are. */
export const allowAnonymous: Authenticator = () => Promise.resolve(anonymous);
