import { z } from 'zod';

/** The live upstream, or the embedded sandbox in its place. */
export type UpstreamConfig =
  | {
      readonly kind: 'live';
      readonly baseUrl: string;
      readonly accountSid: string;
      readonly apiKey: string;
      readonly apiToken: string;
    }
  | { readonly kind: 'sandbox'; readonly speed: number };

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
  readonly host: string;
  readonly port: number;
  readonly logLevel: LogLevel;
  /** Where the state is that several gateways of one account share; undefined: in this process. */
  readonly redisUrl: string | undefined;
  /** Where the upstream reaches this gateway, without a slash at the end; undefined: it doesn't. */
  readonly publicUrl: string | undefined;
  /** What callback addresses are authenticated with; undefined: one that is made at each start. */
  readonly webhookSecret: string | undefined;
  /** Where routers may have subscription events sent to; null: anywhere, on a loopback host only. */
  readonly subscriptionCallbackOrigins: readonly string[] | null;
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

const regions = { singapore: 'https://api.exotel.com', mumbai: 'https://api.in.exotel.com' } as const;
/** "30 requests per minute per account by default" (developer site, rate limiting). */
const documentedRateLimit = 30;
/** Where the sandbox listens when it runs alone and nothing else is said: beside a gateway on its own default. */
const sandboxPort = 4010;
const credentialNames = ['EXOTEL_ACCOUNT_SID', 'EXOTEL_API_KEY', 'EXOTEL_API_TOKEN'] as const;

/** Settings that can't be started with; one line each, naming the variable, what it got and what it takes. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

const wholeNumber = (minimum: number, maximum: number) =>
  z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(minimum).max(maximum));

/** Each variable with what it takes, in words, for the message when it got something else. */
const variables = {
  EXOTEL_REGION: [z.enum(['singapore', 'mumbai']), 'singapore or mumbai', 'singapore'],
  EXOTEL_BASE_URL: [
    z.string().refine(isOrigin).transform(toOrigin),
    'an http or https URL of scheme, host and port only, e.g. http://127.0.0.1:9000',
    undefined,
  ],
  EXOTEL_RATE_LIMIT: [
    wholeNumber(0, 1_000_000),
    'a whole number of requests in any 60 seconds, or 0 for no limit; at most 1000000',
    undefined,
  ],
  MAX_UPSTREAM_CALLS: [wholeNumber(1, 100_000), 'a whole number from 1 to 100000', '30'],
  CACHE: [z.enum(['on', 'off']), 'on or off', 'on'],
  EXOTEL_TIMEOUT_MS: [wholeNumber(1, 600_000), 'a whole number of milliseconds from 1 to 600000', '10000'],
  HOST: [z.string().regex(/^[\w.:-]+$/), 'a host name or address to listen on', '127.0.0.1'],
  PORT: [wholeNumber(0, 65_535), 'a whole number from 0 to 65535', '4000'],
  REDIS_URL: [
    z.string().refine(isRedisUrl),
    'a redis or rediss URL, e.g. redis://127.0.0.1:6379/0',
    undefined,
  ],
  PUBLIC_URL: [
    z
      .string()
      .refine(isPublicUrl)
      .transform((url) => url.replace(/\/+$/, '')),
    'the http or https URL at which the upstream reaches this gateway, e.g. https://gateway.example.com',
    undefined,
  ],
  WEBHOOK_SECRET: [z.string(), 'a secret text, as long and random as a password', undefined],
  SUBSCRIPTION_CALLBACK_ORIGINS: [
    z
      .string()
      .transform((list) => list.split(',').map((origin) => origin.trim()))
      .pipe(z.array(z.string().refine(isOrigin).transform(toOrigin))),
    'origins of routers, comma-separated, e.g. http://router:4040',
    undefined,
  ],
  AUTH_MODE: [z.enum(['none']), '"none"', undefined],
  LOG_LEVEL: [z.enum(logLevels), `one of ${logLevels.join(', ')}`, 'info'],
  SANDBOX_SPEED: [
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number)
      .pipe(z.number().min(0.01).max(100_000)),
    'a number from 0.01 to 100000',
    '60',
  ],
  SANDBOX_PORT: [wholeNumber(0, 65_535), 'a whole number from 0 to 65535', undefined],
} as const satisfies Record<
  string,
  readonly [schema: z.ZodType, takes: string, byDefault: string | undefined]
>;

type Variables = typeof variables;
type Value<Name extends keyof Variables> =
  z.output<Variables[Name][0]> | (Variables[Name][2] extends undefined ? undefined : never);
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration; the only reader of `process.env`. An empty variable counts as not set.
 * @throws ConfigError with every problem at once.
 */
export function readConfig(environment: Environment = process.env): Config {
  const problems: string[] = [];
  const read = <Name extends keyof Variables>(name: Name): Value<Name> => {
    const [schema, takes, byDefault] = variables[name];
    const got = said(environment, name) ?? byDefault;
    if (got === undefined) return undefined as Value<Name>;
    const result = schema.safeParse(got);
    if (!result.success) problems.push(`${name}: got ${shown(got)}, takes ${takes}.`);
    return result.data as Value<Name>;
  };
  const baseUrl = read('EXOTEL_BASE_URL') ?? regions[read('EXOTEL_REGION') as keyof typeof regions];
  const host = read('HOST');
  const port = read('PORT');
  const sandbox = {
    speed: read('SANDBOX_SPEED'),
    port: read('SANDBOX_PORT') ?? (said(environment, 'PORT') ? port : sandboxPort),
  };
  const upstream = readUpstream(environment, baseUrl, sandbox.speed, problems);
  const config = {
    upstream,
    sandbox,
    rateLimit: read('EXOTEL_RATE_LIMIT') ?? (upstream.kind === 'live' ? documentedRateLimit : 0),
    maximumUpstreamCalls: read('MAX_UPSTREAM_CALLS'),
    isCacheOn: read('CACHE') === 'on',
    timeoutMs: read('EXOTEL_TIMEOUT_MS'),
    host,
    port,
    logLevel: read('LOG_LEVEL'),
    redisUrl: read('REDIS_URL'),
    publicUrl: read('PUBLIC_URL'),
    webhookSecret: read('WEBHOOK_SECRET'),
    subscriptionCallbackOrigins: read('SUBSCRIPTION_CALLBACK_ORIGINS') ?? (isLoopback(host) ? null : []),
  };
  if (read('AUTH_MODE') === undefined && !said(environment, 'AUTH_MODE') && !isLoopback(host))
    problems.push(
      `AUTH_MODE: got nothing, takes "none"; HOST ${shown(host)} is not loopback, so it must be said.`,
    );
  const { publicUrl } = config;
  if (publicUrl !== undefined && !isLoopback(new URL(publicUrl).hostname) && !config.webhookSecret)
    problems.push(
      'WEBHOOK_SECRET: got nothing, takes a secret text; needed because PUBLIC_URL is set and not loopback: ' +
        'callbacks are not signed, and anybody could send them.',
    );
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

function readUpstream(
  environment: Environment,
  baseUrl: string,
  speed: number,
  problems: string[],
): UpstreamConfig {
  const [accountSid, apiKey, apiToken] = credentialNames.map((name) => said(environment, name));
  if (accountSid && apiKey && apiToken) return { kind: 'live', baseUrl, accountSid, apiKey, apiToken };
  const set = [...credentialNames, 'EXOTEL_BASE_URL' as const].filter((name) => said(environment, name));
  if (set.length > 0)
    for (const name of credentialNames.filter((candidate) => !said(environment, candidate)))
      problems.push(
        `${name}: got nothing, takes the account's own; needed because ${set.join(' and ')} is set.`,
      );
  return { kind: 'sandbox', speed };
}

function said(environment: Environment, name: string): string | undefined {
  const value = environment[name]?.trim();
  return value === '' ? undefined : value;
}

/** What was got, for a person; never a password that somebody put into a URL. */
function shown(value: string): string {
  return JSON.stringify(value.replace(/^([a-z]+:\/\/|\/\/)?.*@/is, '$1…@'));
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && `${search}${hash}${username}${password}` === '' && pathname === '/';
}

function isPublicUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, search, hash, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && `${search}${hash}${username}${password}` === '';
}

function isRedisUrl(text: string): boolean {
  return /^rediss?:\/\/[^/]/.test(text) && URL.canParse(text);
}

function toOrigin(text: string): string {
  return new URL(text).origin;
}

/** True for hosts that only this machine can reach; undefined stands for one that was refused already. */
function isLoopback(host: string | undefined): boolean {
  return (
    host === undefined ||
    host === 'localhost' ||
    host === '::1' ||
    host === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(host)
  );
}
