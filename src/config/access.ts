import { type HostName } from '../domain/network/addresses.js';
import { type Environment } from './environment/environment.js';
import { masked } from './environment/masking.js';
import { mostBytesOf } from './environment/files.js';
import { isLoopback } from './values.js';

/** How callers authenticate. */
export type AuthConfig =
  | { readonly mode: 'none' }
  | { readonly mode: 'api-key'; readonly file: string }
  | {
      readonly mode: 'jwt';
      readonly jwksUrl: string;
      readonly issuer: string;
      readonly audience: readonly string[];
      readonly algorithms: readonly string[];
      /** Accepted difference between the issuer's clock and ours. */
      readonly clockSkewMs: number;
    };

/** Authentication of callers, the hosts and origins that may be used, and the optional features that are on. */
export interface AccessConfig {
  readonly auth: AuthConfig;
  /** Whether the SDL of the subgraph has the scopes, for routers that enforce them. */
  readonly hasAuthDirectives: boolean;
  /** Host names that requests may use, besides loopback names; undefined: any. */
  readonly allowedHosts: readonly HostName[] | undefined;
  readonly isIntrospectionOn: boolean;
  readonly isGraphiqlOn: boolean;
  /** Origins whose web pages may read responses, besides our own. */
  readonly corsOrigins: readonly string[];
  /** Bearer token for `/metrics`; undefined: open to this machine on a loopback host, closed on any other. */
  readonly metricsToken: string | undefined;
  /** Caches that may store answers with campaigns: any, or that of one client. */
  readonly cacheScope: 'public' | 'private';
  /** Undefined: any document may run. */
  readonly trustedDocuments: { readonly file: string; readonly mode: 'apps' | 'enforce' } | undefined;
}

/**
 * Reads the access settings. Introspection and GraphiQL help attackers too, so authentication turns them off by default. GraphiQL
 * is of little use without introspection, so it brings that along.
 */
export function readAccess(environment: Environment, host: string): AccessConfig {
  const auth = readAuth(environment, host);
  const isGraphiqlOn = (environment.read('GRAPHIQL') ?? (auth.mode === 'none' ? 'on' : 'off')) === 'on';
  const isIntrospectionOn =
    (environment.read('INTROSPECTION') ?? (auth.mode === 'none' || isGraphiqlOn ? 'on' : 'off')) === 'on';
  const file = environment.read('TRUSTED_DOCUMENTS');
  const mode = environment.read('TRUSTED_DOCUMENTS_MODE');
  environment.checkFile('TRUSTED_DOCUMENTS', mostBytesOf.documents);
  return {
    auth,
    hasAuthDirectives: readAuthDirectives(environment),
    allowedHosts: environment.read('ALLOWED_HOSTS') ?? (auth.mode === 'none' ? [] : undefined),
    isIntrospectionOn,
    isGraphiqlOn,
    corsOrigins: environment.read('CORS_ORIGINS') ?? [],
    metricsToken: environment.read('METRICS_TOKEN'),
    cacheScope: environment.read('CACHE_SCOPE') ?? (auth.mode === 'none' ? 'public' : 'private'),
    trustedDocuments: file === undefined ? undefined : { file, mode },
  };
}

/** Reads whether the subgraph's SDL includes the scopes. */
export function readAuthDirectives(environment: Environment): boolean {
  return environment.read('SUBGRAPH_AUTH_DIRECTIVES') === 'on';
}

function readAuth(environment: Environment, host: string): AuthConfig {
  const mode = environment.read('AUTH_MODE');
  const because = `AUTH_MODE is ${mode ?? 'not set'}`;
  if (mode === 'api-key') {
    environment.checkFile('API_KEYS_FILE', mostBytesOf.keys);
    return { mode, file: environment.require('API_KEYS_FILE', because) };
  }
  if (mode === 'jwt')
    return {
      mode,
      jwksUrl: environment.require('JWT_JWKS_URL', because),
      issuer: environment.require('JWT_ISSUER', because),
      audience: environment.require('JWT_AUDIENCE', because),
      algorithms: environment.read('JWT_ALGORITHMS'),
      clockSkewMs: environment.read('JWT_CLOCK_SKEW_MS'),
    };
  if (environment.textOf('AUTH_MODE') === undefined && !isLoopback(host))
    environment.refuse(
      `AUTH_MODE: got nothing, takes none, api-key or jwt; HOST ${masked(host)} is not loopback, so it must be set.`,
    );
  return { mode: 'none' };
}
