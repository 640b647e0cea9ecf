import cluster from 'node:cluster';
import { type AccessConfig, readAccess, readAuthDirectives } from './access.js';
import { refuseUnused } from './companions.js';
import { type DotEnv, loadDotEnv } from './environment/dot-env.js';
import { ConfigError, Environment } from './environment/environment.js';
import { masked } from './environment/masking.js';
import { type LogLevel } from './variables.js';
import { FileProblem } from './environment/files.js';
import { type Limits, readLimits } from './limits.js';
import { readTracing, type TracingConfig } from './tracing.js';
import { readUpstream, type UpstreamConfig } from './upstream.js';
import { isServiceLink, refuseUnknown } from './environment/unknown-variables.js';
import { isLoopback } from './values.js';

/** Addresses that secrets are sent to or read from, and the secret that plain HTTP would expose. */
const secretOverHttp = {
  EXOTEL_BASE_URL: "the account's credentials",
  JWT_JWKS_URL: 'the keys that tokens are checked with',
  PUBLIC_URL: 'the signed addresses of the webhooks',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'the traces',
  CACHE_INVALIDATION_ENDPOINTS: 'CACHE_INVALIDATION_KEY',
} as const;

/**
 * Refuses plain HTTP to another machine, unless ALLOW_HTTP is on.
 * @returns a line for the start message for each address that uses it.
 */
function readPlainHttp(environment: Environment): readonly string[] {
  const isAllowed = environment.read('ALLOW_HTTP') === 'on';
  const allowed: string[] = [];
  for (const name of Object.keys(secretOverHttp) as (keyof typeof secretOverHttp)[]) {
    const urls = environment.textOf(name) === undefined ? undefined : environment.read(name);
    const url = urls && [urls].flat().find(isPlain);
    if (url === undefined) continue;
    const secret = secretOverHttp[name];
    if (isAllowed) allowed.push(`${name} is plain HTTP (ALLOW_HTTP=on): ${secret} can be read on the way`);
    else
      environment.refuse(
        `${name}: got ${masked(url)}, takes https: over plain HTTP ${secret} can be read and changed on the way. ` +
          'ALLOW_HTTP=on allows it.',
      );
  }
  return allowed;
}

function isPlain(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}

/** Address and key for commands that are clients of a running gateway. */
export function readClientSettings(environment: NodeJS.ProcessEnv = process.env) {
  const { CAMPAIGN_GATEWAY_URL: url, CAMPAIGN_GATEWAY_API_KEY: apiKey } = environment;
  return { url: url === '' ? undefined : url, apiKey: apiKey === '' ? undefined : apiKey };
}

/** Endpoints at which routers remove entries from their caches. */
export interface CacheInvalidationConfig {
  readonly endpoints: readonly string[];
  readonly key: string;
  /** Name of this subgraph in the supergraph. */
  readonly subgraph: string;
}

function readCacheInvalidation(environment: Environment): CacheInvalidationConfig | undefined {
  const subgraph = environment.read('SUBGRAPH_NAME');
  const endpoints = environment.read('CACHE_INVALIDATION_ENDPOINTS');
  if (environment.textOf('CACHE_INVALIDATION_ENDPOINTS') === undefined) return undefined;
  const key = environment.require('CACHE_INVALIDATION_KEY', 'CACHE_INVALIDATION_ENDPOINTS is set');
  return { endpoints: [...new Set(endpoints)], key, subgraph };
}

/** The sandbox, embedded or standalone. */
interface SandboxConfig {
  /** How many times faster than real time campaigns run. */
  readonly speed: number;
  /** Port of a standalone sandbox. */
  readonly port: number;
}

/** All settings. */
export interface Config {
  /** The file `.env` that was read. */
  readonly dotEnv: Pick<DotEnv, 'path' | 'overridden'> | undefined;
  /** Paths of the files that settings name, by the setting. */
  readonly files: ReadonlyMap<string, string>;
  /** NODE_ENV is production. */
  readonly isProduction: boolean;
  readonly upstream: UpstreamConfig;
  readonly sandbox: SandboxConfig;
  /** Requests to the upstream in any 60 seconds; 0: no limit. */
  readonly rateLimit: number;
  /** Timeout of one attempt of an upstream call. */
  readonly timeoutMs: number;
  /** True: the credentials of a live upstream are tried at the start. */
  readonly isCredentialsCheckOn: boolean;
  /** The most upstream calls that one operation may need. */
  readonly maximumUpstreamCalls: number;
  /** The most messages that one upstream call may ask for. */
  readonly maximumPageRows: number;
  /** False: nothing is cached, and no read is shared between requests. */
  readonly isCacheOn: boolean;
  /** Memory of the response cache; 0: no response cache; undefined: a share of the heap. */
  readonly responseCacheBytes: number | undefined;
  /** NODE_OPTIONS, which may set the size of the heap. */
  readonly nodeOptions: string;
  readonly host: string;
  readonly port: number;
  /** Processes that serve. Two or more are started by a primary process and share their state in Redis. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** Uses of plain HTTP that ALLOW_HTTP allows, one line each. */
  readonly plainHttp: readonly string[];
  /** The Redis that the gateways of one account share; undefined: state is in this process. */
  readonly redisUrl: string | undefined;
  /** The address at which the upstream reaches this gateway, without a trailing slash; undefined: it doesn't. */
  readonly publicUrl: string | undefined;
  /** Signs webhook addresses; undefined: a random secret of each start. */
  readonly webhookSecret: string | undefined;
  /** Origins that routers may have subscription events sent to; null: any, which only a local gateway allows. */
  readonly subscriptionCallbackOrigins: readonly string[] | null;
  /** Routers whose caches are invalidated after changes; undefined: none. */
  readonly cacheInvalidation: CacheInvalidationConfig | undefined;
  readonly access: AccessConfig;
  readonly limits: Limits;
  /** Time from SIGTERM until requests in flight are cut off. */
  readonly shutdownGraceMs: number;
  /** The collector of traces; undefined: no traces. */
  readonly tracing: TracingConfig | undefined;
}

/** "30 requests per minute per account by default" (developer site, rate limiting). */
const documentedRateLimit = 30;
/** Default port of a standalone sandbox, next to the default of a gateway. */
const sandboxPort = 4010;

/** Environment variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration; the only reader of `process.env`. An empty variable counts as not set.
 * @param variables by default those of this process, and of `.env` in its working directory.
 * @throws ConfigError with all problems at once.
 */
export function readConfig(variables?: Variables): Config {
  return readFrom(variables, configOf);
}

function configOf(environment: Environment, dotEnv: DotEnv | undefined): Config {
  const sandbox = readSandbox(environment);
  const upstream = readUpstream(environment, sandbox.speed);
  const host = environment.read('HOST');
  const access = readAccess(environment, host);
  const publicUrl = environment.read('PUBLIC_URL');
  const byDefault = upstream.kind === 'live' ? documentedRateLimit : 0;
  refuseUnused(environment);
  return {
    dotEnv,
    files: environment.files,
    isProduction: environment.textOf('NODE_ENV') === 'production',
    upstream,
    sandbox,
    access,
    host,
    publicUrl,
    rateLimit: environment.read('EXOTEL_RATE_LIMIT') ?? byDefault,
    timeoutMs: environment.read('EXOTEL_TIMEOUT_MS'),
    isCredentialsCheckOn: environment.read('EXOTEL_CHECK') === 'on',
    maximumUpstreamCalls: environment.read('MAX_UPSTREAM_CALLS'),
    maximumPageRows: environment.read('MAX_PAGE_ROWS'),
    isCacheOn: environment.read('CACHE') === 'on',
    responseCacheBytes: environment.read('ANSWERS_CACHE_BYTES'),
    nodeOptions: environment.textOf('NODE_OPTIONS') ?? '',
    port: environment.read('PORT'),
    workers: environment.read('WORKERS'),
    logLevel: environment.read('LOG_LEVEL'),
    plainHttp: readPlainHttp(environment),
    redisUrl: readRedisUrl(environment),
    webhookSecret: readWebhookSecret(environment, publicUrl),
    subscriptionCallbackOrigins:
      environment.read('SUBSCRIPTION_CALLBACK_ORIGINS') ?? (isLocal(host, access) ? null : []),
    cacheInvalidation: readCacheInvalidation(environment),
    limits: readLimits(environment, access.auth),
    shutdownGraceMs: environment.read('SHUTDOWN_GRACE_MS'),
    tracing: readTracing(environment),
  };
}

/**
 * Reads the settings of a standalone sandbox; those of a gateway do not matter to it.
 * @throws ConfigError
 */
export function readSandboxConfig(variables?: Variables) {
  return readFrom(variables, (environment) => ({
    ...readSandbox(environment),
    host: environment.read('HOST'),
    shutdownGraceMs: environment.read('SHUTDOWN_GRACE_MS'),
  }));
}

/**
 * Reads the one setting that the printed schema depends on.
 * @throws ConfigError
 */
export function readSchemaConfig(variables?: Variables): Pick<AccessConfig, 'hasAuthDirectives'> {
  return readFrom(variables, (environment) => ({ hasAuthDirectives: readAuthDirectives(environment) }));
}

/** Gives settings that are options of the command line: they win over the environment, and workers inherit them. */
export function overrideSettings(values: Readonly<Record<string, string>>): void {
  Object.assign(process.env, values);
}

/**
 * Reads from the environment, and refuses variables that look like settings but are not.
 * @throws ConfigError if there are problems; those of variables in `.env` say so.
 */
function readFrom<Result>(
  variables: Variables | undefined,
  read: (environment: Environment, dotEnv: DotEnv | undefined) => Result,
): Result {
  const problems: string[] = [];
  const dotEnv = variables === undefined ? readDotEnv(problems) : undefined;
  const entries = Object.entries(variables ?? process.env).filter((entry) => !isServiceLink(...entry));
  const environment = new Environment(Object.fromEntries(entries));
  for (const problem of problems) environment.refuse(`.env: ${problem}.`);
  refuseUnknown(environment);
  const result = read(environment, dotEnv);
  if (environment.problems.length > 0) throw new ConfigError(placed(environment.problems, dotEnv));
  return result;
}

/** Reads `.env` into `process.env`, which workers inherit: they do not read a file that may have changed. */
function readDotEnv(problems: string[]): DotEnv | undefined {
  if (cluster.isWorker) return undefined;
  try {
    const dotEnv = loadDotEnv(process.env);
    problems.push(...(dotEnv?.problems ?? []));
    return dotEnv;
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    problems.push(`${error.message}; correct it or start in another directory`);
    return undefined;
  }
}

function placed(problems: readonly string[], dotEnv: DotEnv | undefined): readonly string[] {
  const isInFile = (name: string): boolean => dotEnv?.set.includes(name) === true;
  return problems.map((problem) =>
    problem.replace(/^\w+/, (name) => (isInFile(name) ? `${name} in .env` : name)),
  );
}

/** True if only programs of this machine are served: no credentials, a loopback host, loopback names only. */
function isLocal(host: string, { auth, allowedHosts }: AccessConfig): boolean {
  return auth.mode === 'none' && isLoopback(host) && allowedHosts?.length === 0;
}

function readSandbox(environment: Environment): SandboxConfig {
  const ownPort = environment.textOf('PORT') === undefined ? sandboxPort : environment.read('PORT');
  return { speed: environment.read('SANDBOX_SPEED'), port: environment.read('SANDBOX_PORT') ?? ownPort };
}

/** Workers share state through Redis only: without it, each would spend the whole rate limit and know only its own keys. */
function readRedisUrl(environment: Environment): string | undefined {
  const workers = environment.read('WORKERS');
  return workers > 1
    ? environment.require('REDIS_URL', `WORKERS is ${workers}`)
    : environment.read('REDIS_URL');
}

function readWebhookSecret(environment: Environment, publicUrl: string | undefined): string | undefined {
  const secret = environment.read('WEBHOOK_SECRET');
  const isGiven = environment.isGiven('WEBHOOK_SECRET');
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname) && !isGiven)
    environment.refuse(
      'WEBHOOK_SECRET: got nothing, takes a secret text; needed because PUBLIC_URL is set and not loopback: ' +
        'without it, anyone could forge callbacks.',
    );
  else if (publicUrl !== undefined && environment.read('REDIS_URL') !== undefined && !isGiven)
    environment.refuse(
      'WEBHOOK_SECRET: got nothing, takes a secret text, the same for every gateway; needed because PUBLIC_URL and ' +
        'REDIS_URL are set: a callback reaches any of the gateways, and each must verify the addresses of all.',
    );
  return secret;
}
