import { z } from 'zod';
import {
  addressRanges,
  bearerToken,
  decimalNumber,
  hostNames,
  listOf,
  origin,
  origins,
  pathSegment,
  plainUrl,
  publicUrl,
  redisUrl,
  resourceAttributes,
  secret,
  wholeNumber,
} from './values.js';

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Asymmetric signatures only. A shared secret that verifies a token can also forge one. */
const jwtAlgorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const;

/** Standard names, without those of optional components: jaeger_remote, parentbased_jaeger_remote and xray. */
const samplers = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;
export type Sampler = (typeof samplers)[number];

const onOrOff = [z.enum(['on', 'off']), 'on or off'] as const;
const publicUrlWords =
  'the http or https URL at which the upstream reaches this gateway, e.g. https://gateway.example.com';
const secretWords =
  'a secret text of 16 characters or more on one line, at least 5 of them different, random, e.g. of openssl rand -hex 32';
const file = z.string();
const wholeNumberIn = (minimum: number, maximum: number) =>
  [wholeNumber(minimum, maximum), `a whole number from ${minimum} to ${maximum}`] as const;
const milliseconds = [wholeNumber(0, 600_000), 'a whole number of milliseconds up to 600000'] as const;
const limit = (maximum: number) =>
  [wholeNumber(0, maximum), `a whole number up to ${maximum}; 0: no limit`] as const;

/**
 * A smaller maximum would refuse the smallest queries, whose estimates include errors; a larger one comes too close to V8's
 * longest text (2 ** 29 characters).
 */
const [leastAnswerBytes, mostAnswerBytes] = [65_536, 512_000_000];

/** Each variable: its schema, its valid values in words for error messages, and its default. */
export const variables = {
  EXOTEL_ACCOUNT_SID: [
    pathSegment,
    "the account's SID: letters, digits, dots, underscores and hyphens",
    undefined,
  ],
  EXOTEL_API_KEY: [
    z.string().regex(/^[\x21-\x39\x3b-\x7e]+$/), // what HTTP Basic can send
    "the account's own: ASCII without spaces and colons",
    undefined,
  ],
  EXOTEL_API_TOKEN: [
    z.string().regex(/^[\x21-\x7e]+$/),
    "the account's own: ASCII without spaces",
    undefined,
  ],
  EXOTEL_REGION: [z.enum(['singapore', 'mumbai']), 'singapore or mumbai', 'singapore'],
  EXOTEL_BASE_URL: [
    origin,
    'an http or https URL of scheme, host and port only, e.g. http://127.0.0.1:9000',
    undefined,
  ],
  EXOTEL_RATE_LIMIT: [
    wholeNumber(0, 1_000_000),
    'a whole number of requests in any 60 seconds, or 0 for no limit; at most 1000000',
    undefined,
  ],
  EXOTEL_TIMEOUT_MS: [wholeNumber(1, 600_000), 'a whole number of milliseconds from 1 to 600000', '10000'],
  EXOTEL_CHECK: [...onOrOff, 'on'],
  MAX_UPSTREAM_CALLS: [...wholeNumberIn(1, 100_000), '30'],
  MAX_PAGE_ROWS: [...wholeNumberIn(50, 10_000), '1000'],
  CACHE: [...onOrOff, 'on'],
  CACHE_SCOPE: [z.enum(['public', 'private']), 'public or private', undefined],
  ANSWERS_CACHE_BYTES: [
    wholeNumber(0, 4 * 1024 ** 3),
    'a whole number of bytes up to 4294967296; 0: no response cache',
    undefined,
  ],
  HOST: [z.string().regex(/^[\w.:-]+$/), 'a host name or address to listen on', '127.0.0.1'],
  PORT: [...wholeNumberIn(0, 65_535), '4000'],
  WORKERS: [wholeNumber(1, 64), 'a whole number of processes from 1 to 64', '1'],
  SHUTDOWN_GRACE_MS: [...milliseconds, '10000'],
  ALLOW_HTTP: [...onOrOff, 'off'],
  REDIS_URL: [
    redisUrl,
    'a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0',
    undefined,
  ],
  PUBLIC_URL: [publicUrl, publicUrlWords, undefined],
  WEBHOOK_SECRET: [secret, secretWords, undefined],
  SUBSCRIPTION_CALLBACK_ORIGINS: [
    origins,
    'origins of routers, comma-separated, e.g. http://router:4040',
    undefined,
  ],

  CACHE_INVALIDATION_ENDPOINTS: [
    listOf(plainUrl).refine((urls) => urls.length <= 20),
    'URLs of the invalidation endpoints of routers, comma-separated, at most 20, e.g. http://127.0.0.1:4000/invalidation',
    undefined,
  ],
  CACHE_INVALIDATION_KEY: [
    z.string().regex(/^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/), // what a header can send
    'the key of these endpoints: ASCII, with single spaces at most',
    undefined,
  ],
  SUBGRAPH_NAME: [
    z.string().regex(/^[\w.-]{1,200}$/),
    'the name of this subgraph in the supergraph: letters, digits, dots, underscores and hyphens',
    'campaigns',
  ],

  ALLOWED_HOSTS: [
    hostNames,
    'host names of this gateway, comma-separated, each with or without a port, e.g. gateway.example.com:8443',
    undefined,
  ],
  AUTH_MODE: [z.enum(['none', 'api-key', 'jwt']), 'none, api-key or jwt', undefined],
  API_KEYS_FILE: [file, 'the path of a JSON file of names, scopes and SHA-256 hashes of keys', undefined],
  JWT_JWKS_URL: [plainUrl, "the http or https URL of the issuer's public keys (JWKS)", undefined],
  JWT_ISSUER: [z.string(), 'the "iss" of tokens', undefined],
  JWT_AUDIENCE: [
    listOf(z.string().regex(/[^*]/)),
    'the "aud" of tokens, no wildcard; several, comma-separated',
    undefined,
  ],
  JWT_ALGORITHMS: [
    listOf(z.enum(jwtAlgorithms)),
    `some of ${jwtAlgorithms.join(', ')}, comma-separated`,
    'RS256,PS256,ES256,EdDSA',
  ],
  JWT_CLOCK_SKEW_MS: [...milliseconds, '5000'],
  SUBGRAPH_AUTH_DIRECTIVES: [...onOrOff, 'off'],

  MAX_BODY_BYTES: [...wholeNumberIn(1024, 64 * 1024 ** 2), '262144'],
  MAX_QUERY_TOKENS: [...limit(1_000_000), '4000'],
  MAX_QUERY_DEPTH: [...limit(1000), '15'],
  MAX_QUERY_ALIASES: [...limit(10_000), '100'],
  MAX_QUERY_DIRECTIVES: [...limit(10_000), '50'],
  MAX_ANSWER_VALUES: [...limit(100_000_000), '100000'],
  MAX_ANSWER_BYTES: [
    z.union([wholeNumber(0, 0), wholeNumber(leastAnswerBytes, mostAnswerBytes)]),
    `0 (no limit) or a whole number from ${leastAnswerBytes} to ${mostAnswerBytes}`,
    '16777216',
  ],
  OPERATION_TIMEOUT_MS: [...limit(600_000), '60000'],
  MAX_CONCURRENT_OPERATIONS: [...limit(1_000_000), '2000'],
  MAX_REQUESTS_PER_MINUTE: [...limit(10_000_000), undefined],
  MAX_SUBSCRIPTIONS_PER_CALLER: [...limit(1_000_000), undefined],
  MAX_CONNECTIONS: [...limit(1_000_000), undefined],
  MAX_CONNECTIONS_PER_CALLER: [...limit(1_000_000), undefined],
  MAX_UNREAD_BYTES: [...limit(16 * 1024 ** 3), undefined],
  TRUSTED_PROXIES: [
    addressRanges,
    'IP addresses or CIDR ranges of proxies, comma-separated, e.g. 10.0.0.0/8,fd00::/8; at most 500, and none of all addresses',
    undefined,
  ],
  TRUSTED_DOCUMENTS: [file, 'the path of a manifest of documents that the codegen made', undefined],
  TRUSTED_DOCUMENTS_MODE: [z.enum(['apps', 'enforce']), 'apps or enforce', 'enforce'],
  INTROSPECTION: [...onOrOff, undefined],
  GRAPHIQL: [...onOrOff, undefined],
  CORS_ORIGINS: [origins, 'origins of web pages, comma-separated, e.g. https://app.example.com', undefined],

  LOG_LEVEL: [z.enum(logLevels), `one of ${logLevels.join(', ')}`, 'info'],
  METRICS_TOKEN: [bearerToken, secretWords, undefined],
  OTEL_EXPORTER_OTLP_ENDPOINT: [
    plainUrl,
    'the http or https URL of an OpenTelemetry collector, e.g. http://127.0.0.1:4318',
    undefined,
  ],
  OTEL_SERVICE_NAME: [z.string(), 'a name', 'campaign-gateway'],
  OTEL_RESOURCE_ATTRIBUTES: [
    resourceAttributes,
    'key=value pairs, comma-separated, with percent-encoded values, e.g. deployment.environment.name=production',
    undefined,
  ],
  OTEL_TRACES_SAMPLER: [
    z.string().toLowerCase().pipe(z.enum(samplers)),
    `one of ${samplers.join(', ')}`,
    'parentbased_always_on',
  ],
  OTEL_TRACES_SAMPLER_ARG: [decimalNumber(0, 1), 'a ratio from 0 to 1', undefined],

  SANDBOX_SPEED: [decimalNumber(0.01, 100_000), 'a number from 0.01 to 100000', '60'],
  SANDBOX_PORT: [...wholeNumberIn(0, 65_535), undefined],
} as const satisfies Record<
  string,
  readonly [schema: z.ZodType, takes: string, byDefault: string | undefined]
>;

/** Settings whose values are never shown. Each can be given as the path of a file too, by its name with `_FILE`. */
export const secretSettings = [
  'EXOTEL_ACCOUNT_SID',
  'EXOTEL_API_KEY',
  'EXOTEL_API_TOKEN',
  'WEBHOOK_SECRET',
  'METRICS_TOKEN',
  'CACHE_INVALIDATION_KEY',
  'REDIS_URL',
] as const satisfies readonly (keyof typeof variables)[];

/** All variables that are settings. */
export const settingNames: readonly string[] = [
  ...Object.keys(variables),
  ...secretSettings.map((name) => `${name}_FILE`),
];

type Variables = typeof variables;
/** The name of a setting. */
export type Name = keyof Variables;
/** The type of a variable's value; undefined if it is not set and has no default. */
export type Value<N extends Name> =
  z.output<Variables[N][0]> | (Variables[N][2] extends undefined ? undefined : never);
