import { ApiFailure } from '../api-failure.js';

/** HTTP Basic: the API key is the user, the API token the password (API document, every curl sample). */
export interface Credentials {
  readonly apiKey: string;
  readonly apiToken: string;
}

/** Refuses a request whose `Authorization` is not exactly that of the credentials. */
export function requireCredentials(authorization: string | undefined, credentials: Credentials): void {
  const [scheme, token] = (authorization ?? '').split(' ');
  const given = Buffer.from(token ?? '', 'base64').toString('utf8');
  const isKnown = given === `${credentials.apiKey}:${credentials.apiToken}`;
  if (scheme?.toLowerCase() !== 'basic' || !isKnown) throw ApiFailure.badCredentials();
}
