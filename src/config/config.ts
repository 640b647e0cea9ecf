import { type AccessConfig, readAccess } from './access.js';
import { ConfigError, Environment, type LogLevel, masked } from './environment.js';
import { type Limits, readLimits } from './limits.js';
import { readUpstream, type UpstreamConfig } from './upstream.js';
import { isLoopback } from './values.js';

/** Addresses that something secret goes to or comes from, and what of it is readable on the way over plain HTTP. */
const secretOverHttp = {
  EXOTEL_BASE_URL: "the account's credentials",
  JWT_JWKS_URL: 'the keys that tokens are checked with',
  PUBLIC_URL: 'the signed addresses of the webhooks',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'the traces',
} as const;

/**
 * Refuses plain HTTP to another machine, unless ALLOW_HTTP is on.
 * @returns what is sent over it where it is allowed, for the start message.
 */
function readPlainHttp(environment: Environment): readonly string[] {
  const isAllowed = environment.read('ALLOW_HTTP') === 'on';
  const allowed: string[] = [];
  for (const name of Object.keys(secretOverHttp) as (keyof typeof secretOverHttp)[]) {
    const url = environment.said(name) === undefined ? undefined : environment.read(name);
    if (url === undefined || !isPlain(url)) continue;
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

/** The sandbox, embedded or alone. */
export interface SandboxConfig {
  /** How many times faster than life campaigns run. */
  readonly speed: number;
  /** Where it listens when it runs alone. */
  readonly port: number;
}

/** Everything that can be set from outside. */
export interface Config {
  readonly upstream: UpstreamConfig;
  readonly sandbox: SandboxConfig;
  /** Requests to the upstream in any 60 seconds; 0: as many as it takes. */
  readonly rateLimit: number;
  /** Per try. */
  readonly timeoutMs: number;
  /** The most upstream calls that one operation may come to. */
  readonly maximumUpstreamCalls: number;
  /** False: nothing that was read is kept, and nothing shared between requests. */
  readonly isCacheOn: boolean;
  /** How much memory answers may take that are kept as they were sent; 0: none is kept; undefined: as the heap has room. */
  readonly answersCacheBytes: number | undefined;
  /** Options that Node was started with by NODE_OPTIONS: the size of the heap may be one. */
  readonly nodeOptions: string;
  readonly host: string;
  readonly port: number;
  /** Processes that serve; from 2 on, a primary process starts them, and REDIS_URL holds what they share. */
  readonly workers: number;
  readonly logLevel: LogLevel;
  /** What is sent to other machines over plain HTTP, which ALLOW_HTTP allows; a line each. */
  readonly plainHttp: readonly string[];
  /** Where the state is that several gateways of one account share; undefined: in this process. */
  readonly redisUrl: string | undefined;
  /** Where the upstream reaches this gateway, without a slash at the end; undefined: it doesn't. */
  readonly publicUrl: string | undefined;
  /** What callback addresses are authenticated with; undefined: one that is made at each start. */
  readonly webhookSecret: string | undefined;
  /** Where routers may have subscription events sent to; null: anywhere, which only a local gateway allows. */
  readonly subscriptionCallbackOrigins: readonly string[] | null;
  readonly access: AccessConfig;
  readonly limits: Limits;
  /** How long what is under way may take to end once the process is told to. */
  readonly shutdownGraceMs: number;
  /** Where traces go; undefined: nowhere. */
  readonly tracing: { readonly endpoint: string; readonly serviceName: string } | undefined;
}

/** "30 requests per minute per account by default" (developer site, rate limiting). */
const documentedRateLimit = 30;
/** Where the sandbox listens when it runs alone and nothing else is said: beside a gateway on its own default. */
const sandboxPort = 4010;

/**
 * Reads the configuration; the only reader of `process.env`. An empty variable counts as not set.
 * @throws ConfigError with every problem at once.
 */
export function readConfig(said: Readonly<Record<string, string | undefined>> = process.env): Config {
  const environment = new Environment(said);
  const sandbox = readSandbox(environment);
  const upstream = readUpstream(environment, sandbox.speed);
  const host = environment.read('HOST');
  const access = readAccess(environment, host);
  const publicUrl = environment.read('PUBLIC_URL');
  const byDefault = upstream.kind === 'live' ? documentedRateLimit : 0;
  const config: Config = {
    upstream,
    sandbox,
    access,
    host,
    publicUrl,
    rateLimit: environment.read('EXOTEL_RATE_LIMIT') ?? byDefault,
    timeoutMs: environment.read('EXOTEL_TIMEOUT_MS'),
    maximumUpstreamCalls: environment.read('MAX_UPSTREAM_CALLS'),
    isCacheOn: environment.read('CACHE') === 'on',
    answersCacheBytes: environment.read('ANSWERS_CACHE_BYTES'),
    nodeOptions: environment.said('NODE_OPTIONS') ?? '',
    port: environment.read('PORT'),
    workers: environment.read('WORKERS'),
    logLevel: environment.read('LOG_LEVEL'),
    plainHttp: readPlainHttp(environment),
    redisUrl: readRedisUrl(environment),
    webhookSecret: readWebhookSecret(environment, publicUrl),
    subscriptionCallbackOrigins:
      environment.read('SUBSCRIPTION_CALLBACK_ORIGINS') ?? (isLocal(host, access) ? null : []),
    limits: readLimits(environment, access.auth),
    shutdownGraceMs: environment.read('SHUTDOWN_GRACE_MS'),
    tracing: readTracing(environment),
  };
  if (environment.problems.length > 0) throw new ConfigError(environment.problems);
  return config;
}

/** Whether only programs of this machine ask: without credentials, on a loopback host, under loopback names. */
function isLocal(host: string, { auth, allowedHosts }: AccessConfig): boolean {
  return auth.mode === 'none' && isLoopback(host) && allowedHosts?.length === 0;
}

function readSandbox(environment: Environment): SandboxConfig {
  const ownPort = environment.said('PORT') === undefined ? sandboxPort : environment.read('PORT');
  return { speed: environment.read('SANDBOX_SPEED'), port: environment.read('SANDBOX_PORT') ?? ownPort };
}

/** Workers share nothing but Redis: without one, each would spend the whole budget and know only its own keys. */
function readRedisUrl(environment: Environment): string | undefined {
  const workers = environment.read('WORKERS');
  return workers > 1
    ? environment.require('REDIS_URL', `WORKERS is ${workers}`)
    : environment.read('REDIS_URL');
}

function readWebhookSecret(environment: Environment, publicUrl: string | undefined): string | undefined {
  const secret = environment.read('WEBHOOK_SECRET');
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname) && !secret)
    environment.refuse(
      'WEBHOOK_SECRET: got nothing, takes a secret text; needed because PUBLIC_URL is set and not loopback: ' +
        'callbacks are not signed, and anybody could send them.',
    );
  else if (publicUrl !== undefined && environment.read('REDIS_URL') !== undefined && !secret)
    environment.refuse(
      'WEBHOOK_SECRET: got nothing, takes a secret text, the same for every gateway; needed because PUBLIC_URL and ' +
        'REDIS_URL are set: a callback comes to whichever gateway, and each must know the addresses of all.',
    );
  return secret;
}

function readTracing(environment: Environment): Config['tracing'] {
  const endpoint = environment.read('OTEL_EXPORTER_OTLP_ENDPOINT');
  return endpoint === undefined
    ? undefined
    : { endpoint, serviceName: environment.read('OTEL_SERVICE_NAME') };
}
