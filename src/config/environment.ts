import { z } from 'zod';
import { checkFile, FileProblem, mostBytesOf, readText } from './files.js';
import { isPlaceholder } from './placeholders.js';
import {
  addressRanges,
  bearerToken,
  decimalNumber,
  hostNames,
  listOf,
  onOrOff,
  origin,
  origins,
  pathSegment,
  plainUrl,
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

const onOrOffWords = 'on or off';
const publicUrlWords =
  'the http or https URL at which the upstream reaches this gateway, e.g. https://gateway.example.com';
const secretWords = 'a secret text of 16 characters or more, random, e.g. of openssl rand -hex 32';
const file = z.string();
const limit = (maximum: number) =>
  [wholeNumber(0, maximum), `a whole number up to ${maximum}; 0: no limit`] as const;

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
  EXOTEL_CHECK: [onOrOff, onOrOffWords, 'on'],
  MAX_UPSTREAM_CALLS: [wholeNumber(1, 100_000), 'a whole number from 1 to 100000', '30'],
  MAX_PAGE_ROWS: [wholeNumber(50, 10_000), 'a whole number from 50 to 10000', '1000'],
  CACHE: [onOrOff, onOrOffWords, 'on'],
  CACHE_SCOPE: [z.enum(['public', 'private']), 'public or private', undefined],
  ANSWERS_CACHE_BYTES: [
    wholeNumber(0, 4 * 1024 ** 3),
    'a whole number of bytes up to 4294967296; 0: no response cache',
    undefined,
  ],
  HOST: [z.string().regex(/^[\w.:-]+$/), 'a host name or address to listen on', '127.0.0.1'],
  PORT: [wholeNumber(0, 65_535), 'a whole number from 0 to 65535', '4000'],
  WORKERS: [wholeNumber(1, 64), 'a whole number of processes from 1 to 64', '1'],
  SHUTDOWN_GRACE_MS: [wholeNumber(0, 600_000), 'a whole number of milliseconds up to 600000', '10000'],
  ALLOW_HTTP: [onOrOff, onOrOffWords, 'off'],
  REDIS_URL: [redisUrl, 'a redis or rediss URL, e.g. redis://127.0.0.1:6379/0', undefined],
  PUBLIC_URL: [plainUrl.transform((url) => url.replace(/(?<!\/)\/+$/, '')), publicUrlWords, undefined],
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
  JWT_CLOCK_SKEW_MS: [wholeNumber(0, 600_000), 'a whole number of milliseconds up to 600000', '5000'],
  SUBGRAPH_AUTH_DIRECTIVES: [onOrOff, onOrOffWords, 'off'],

  MAX_BODY_BYTES: [wholeNumber(1024, 64 * 1024 * 1024), 'a whole number from 1024 to 67108864', '262144'],
  MAX_QUERY_TOKENS: [...limit(1_000_000), '4000'],
  MAX_QUERY_DEPTH: [...limit(1000), '15'],
  MAX_QUERY_ALIASES: [...limit(10_000), '100'],
  MAX_QUERY_DIRECTIVES: [...limit(10_000), '50'],
  MAX_ANSWER_VALUES: [...limit(100_000_000), '100000'],
  MAX_ANSWER_BYTES: [...limit(4 * 1024 ** 3), '16777216'],
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
  INTROSPECTION: [onOrOff, onOrOffWords, undefined],
  GRAPHIQL: [onOrOff, onOrOffWords, undefined],
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
  SANDBOX_PORT: [wholeNumber(0, 65_535), 'a whole number from 0 to 65535', undefined],
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

/** Settings of almost any text, where that of an example, or quotes that were not removed, are noticed late or never. */
const anyText: ReadonlySet<string> = new Set([...secretSettings, 'JWT_ISSUER', 'JWT_AUDIENCE']);

/** Invalid settings: one line each, with the variable, its value and the valid values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

type Variables = typeof variables;
/** The name of a setting. */
export type Name = keyof Variables;
/** The type of a variable's value; undefined if it is not set and has no default. */
type Value<N extends Name> =
  z.output<Variables[N][0]> | (Variables[N][2] extends undefined ? undefined : never);

/** The environment variables of a process; an empty one counts as not set. */
export class Environment {
  readonly #problems = new Set<string>(); // a variable that is read twice is one problem
  readonly #variables: Record<string, string | undefined>;
  readonly #files = new Map<string, string>();
  readonly #secretFiles = new Set<string>();

  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#variables = { ...values };
    for (const name of secretSettings) this.#readSecretFile(name);
  }

  /** The problems so far. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** Paths of the files that settings name, by the setting. */
  get files(): ReadonlyMap<string, string> {
    return this.#files;
  }

  /** Adds a problem: the gateway will not start. */
  refuse(problem: string): void {
    this.#problems.add(problem);
  }

  /** All variables that are set. */
  entries(): readonly (readonly [name: string, text: string])[] {
    return Object.keys(this.#variables).flatMap((name) => {
      const text = this.textOf(name);
      return text === undefined ? [] : [[name, text] as const];
    });
  }

  /** The text of any variable, also of one that is not a setting. */
  textOf(name: string): string | undefined {
    const value = this.#variables[name]?.trim();
    return value === '' ? undefined : value;
  }

  /** True for a setting that is given in any way, also by a file that can't be read. */
  isGiven(name: Name): boolean {
    return this.textOf(name) !== undefined || this.#secretFiles.has(name);
  }

  /** The value of a setting as text for its operator; secrets are masked. */
  shown(name: Name): string {
    const text = this.textOf(name) ?? '';
    // In a URL the secrets have known places; any other text may be the password alone.
    const isUrl = /^[a-z]+:\/\/./i.test(text) && URL.canParse(text);
    if ((name === 'REDIS_URL' && isUrl) || !secretSettings.some((each) => each === name)) return masked(text);
    const source = this.#secretFiles.has(name) ? ` from ${name}_FILE` : '';
    return `${lengthOf(text)}${source}`;
  }

  /** The value of a setting. Adds a problem if the value is invalid. */
  read<N extends Name>(name: N): Value<N> {
    const [schema, takes, byDefault] = variables[name];
    const text = this.textOf(name) ?? byDefault;
    if (text === undefined) return undefined as Value<N>;
    const parts = name === 'JWT_AUDIENCE' ? text.split(',').map((part) => part.trim()) : [text];
    if (anyText.has(name) && parts.some((part) => isPlaceholder(name, secretIn(name, part)))) {
      this.refuse(`${name}: got the placeholder of an example (${this.shown(name)}), takes ${takes}.`);
      return undefined as Value<N>;
    }
    if (anyText.has(name) && parts.some((part) => /^(["'`]).*\1$/s.test(part))) {
      this.refuse(
        `${name}: got ${this.shown(name)} with quotes around them, takes ${takes}; remove the quotes.`,
      );
      return undefined as Value<N>;
    }
    const result = schema.safeParse(text);
    if (!result.success) this.refuse(`${name}: got ${this.shown(name)}, takes ${takes}.`);
    return result.data as Value<N>;
  }

  /** The value of a required setting. Adds a problem if it is not set. */
  require<N extends Name>(name: N, because: string): NonNullable<Value<N>> {
    const value = this.read(name);
    if (!this.isGiven(name))
      this.refuse(`${name}: got nothing, takes ${variables[name][1]}; needed because ${because}.`);
    return value as NonNullable<Value<N>>;
  }

  /** Checks that the file that a setting names can be read. Adds a problem if it can't. */
  checkFile(name: Name, mostBytes: number): void {
    const path = this.textOf(name);
    if (path === undefined) return;
    this.#files.set(name, path);
    this.#withoutProblem(name, masked(path), variables[name][1], () => {
      if (checkFile(path, mostBytes) === 0) throw new FileProblem('it is empty');
    });
  }

  /** Reads a secret that is given as the path of a file. */
  #readSecretFile(name: (typeof secretSettings)[number]): void {
    const path = this.textOf(`${name}_FILE`);
    if (path === undefined) return;
    if (this.isGiven(name))
      this.refuse(`${name}: got ${this.shown(name)}, and ${name}_FILE is set too; unset one of the two.`);
    this.#secretFiles.add(name);
    this.#files.set(`${name}_FILE`, path);
    const takes = `the path of a file with nothing but the value of ${name}`;
    // The secret itself, by mistake, is not shown.
    const shown = /^(?:~|\.{0,2})\//.test(path) ? masked(path) : lengthOf(path);
    this.#withoutProblem(`${name}_FILE`, shown, takes, () => {
      const text = readText(path, mostBytesOf.secret).trim();
      if (text === '') throw new FileProblem('it is empty');
      if (/[\r\n]/.test(text)) throw new FileProblem('it has several lines');
      this.#variables[name] = text;
    });
  }

  #withoutProblem(name: string, shown: string, takes: string, use: () => void): void {
    try {
      use();
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      this.refuse(`${name}: got ${shown}, takes ${takes}; ${error.message}.`);
    }
  }
}

/** What must not be a placeholder: the password of a URL, or the whole text. */
function secretIn(name: string, text: string): string {
  return name === 'REDIS_URL' ? (/:\/\/[^/@:]*:([^@]*)@/.exec(text)?.[1] ?? '') : text;
}

/** A secret as text for its operator. */
export function lengthOf(text: string): string {
  const { length } = Array.from(text);
  return length === 1 ? '1 character' : `${length} characters`;
}

const mostShown = 100;

/**
 * A refused value as text for its operator. A URL may hold a password, so its user, password, query and fragment are
 * masked. The whole value is masked if those parts can't be found in it.
 */
export function masked(value: string): string {
  const shown = withoutSecrets(value);
  return JSON.stringify(shown.length > mostShown ? `${shown.slice(0, mostShown)}…` : shown);
}

function withoutSecrets(value: string): string {
  if (/^[\da-f:.]+(?:\/\d+)?$/i.test(value) && value.split(':').length > 2) return value; // an IPv6 address
  const [, scheme = '', rest = ''] = /^([a-z]+:\/+|\/\/)?(.*)$/is.exec(value) ?? [];
  const cut = rest.search(/[?#&;=]/);
  const hasUser = rest.includes('@');
  if (/(?:^|\/):/.test(rest) || (hasUser && cut >= 0)) return `${scheme}…`;
  if (cut >= 0) return `${scheme}${rest.slice(0, cut + 1)}…`;
  return hasUser ? `${scheme}…@${rest.slice(rest.lastIndexOf('@') + 1)}` : value;
}
