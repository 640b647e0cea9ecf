import { type Config } from './config.js';
import { writersOf } from './environment/files.js';
import { regions } from './upstream.js';
import { isLoopback } from './values.js';

/** One line of the start message. */
interface SummaryLine {
  readonly kind: 'Upstream' | 'Callers' | 'State' | 'Workers' | 'On';
  readonly text: string;
}

/** What the gateway will do with these settings, for the start message. It has no secret. */
export function summaryOf(config: Config): readonly SummaryLine[] {
  return [
    { kind: 'Upstream', text: upstreamOf(config) },
    { kind: 'Callers', text: callersOf(config) },
    { kind: 'State', text: stateOf(config) },
    { kind: 'Workers', text: config.workers === 1 ? '1 process' : `${config.workers} processes` },
    { kind: 'On', text: featuresOf(config).join(', ') || 'no optional feature' },
  ];
}

function upstreamOf({ upstream, rateLimit }: Config): string {
  const calls = rateLimit === 0 ? 'no limit on calls' : `${rateLimit} calls in 60 seconds`;
  if (upstream.kind === 'sandbox')
    return `the embedded sandbox, at ${upstream.speed} times real speed (SANDBOX_SPEED), ${calls}`;
  const { baseUrl, region, accountSid } = upstream;
  const place = baseUrl === regions[region] ? region : 'EXOTEL_BASE_URL';
  return `${baseUrl} (${place}), account ${accountSid}, ${calls}`;
}

function callersOf({ access: { auth } }: Config): string {
  if (auth.mode === 'api-key') return `API keys of ${auth.file}`;
  if (auth.mode === 'jwt') return `tokens of ${auth.issuer}`;
  return 'anyone, without credentials (AUTH_MODE=none)';
}

function stateOf({ redisUrl, isCacheOn }: Config): string {
  const place = redisUrl === undefined ? 'in memory' : `shared in Redis at ${new URL(redisUrl).host}`;
  return `${place}, cache ${isCacheOn ? 'on' : 'off (CACHE)'}`;
}

/** Optional features that are on. */
function featuresOf({ host, access, publicUrl, cacheInvalidation, tracing }: Config): readonly string[] {
  const { trustedDocuments, metricsToken, isGraphiqlOn, isIntrospectionOn } = access;
  const features: (string | false | undefined)[] = [
    isGraphiqlOn && 'GraphiQL',
    isIntrospectionOn && 'introspection',
    (metricsToken !== undefined || isLoopback(host)) && 'metrics',
    trustedDocuments && `trusted documents (${trustedDocuments.mode})`,
    publicUrl !== undefined && `callbacks at ${new URL(publicUrl).origin}`,
    cacheInvalidation && `invalidation of ${cacheInvalidation.endpoints.length} router caches`,
    tracing && `traces to ${new URL(tracing.endpoint).origin}`,
  ];
  return features.filter((feature) => typeof feature === 'string');
}

/** A consequence of the configuration that the start message shows. */
interface Notice {
  /**
   * `Settings`: a file of settings; `Sandbox`: nothing is sent, though the process runs in production; `Hosts`: the host
   * names that are served; `Closed`: a feature that is off; `Weak`: an open door.
   */
  readonly kind: 'Settings' | 'Sandbox' | 'Hosts' | 'Closed' | 'Weak';
  readonly text: string;
}

/** Closed features with the settings that open them, and whatever is weak. */
export function noticesOf(config: Config): readonly Notice[] {
  const { host, redisUrl, plainHttp, access, subscriptionCallbackOrigins, dotEnv } = config;
  const { auth, allowedHosts, metricsToken, trustedDocuments, cacheScope } = access;
  const names = allowedHosts?.map(({ name, port }) => (port === '' ? name : `${name}:${port}`));
  const notices: (Notice | false | undefined)[] = [
    dotEnv && { kind: 'Settings', text: `${dotEnv.path} was read${overriddenIn(dotEnv)}` },
    config.isProduction &&
      config.upstream.kind === 'sandbox' && { kind: 'Sandbox', text: sandboxInProduction },
    names && {
      kind: 'Hosts',
      text: `${['localhost', ...names].join(', ')}; requests to other names are refused (ALLOWED_HOSTS)`,
    },
    metricsToken === undefined &&
      !isLoopback(host) && { kind: 'Closed', text: '/metrics, until METRICS_TOKEN is set' },
    subscriptionCallbackOrigins?.length === 0 && {
      kind: 'Closed',
      text: 'callbacks of routers, until SUBSCRIPTION_CALLBACK_ORIGINS is set',
    },
    auth.mode === 'none' &&
      !isLoopback(host) && {
        kind: 'Weak',
        text: `AUTH_MODE is none on ${host}: anyone who can reach it can read, send and stop campaigns`,
      },
    cacheScope === 'public' &&
      auth.mode !== 'none' && {
        kind: 'Weak',
        text:
          `CACHE_SCOPE is public and AUTH_MODE is ${auth.mode}: caches serve campaigns without credentials; only a ` +
          'router that checks scopes itself may reach this gateway',
      },
    trustedDocuments?.mode === 'apps' &&
      auth.mode === 'none' && {
        kind: 'Weak',
        text: 'TRUSTED_DOCUMENTS_MODE is apps and AUTH_MODE is none: anyone can send any document',
      },
    ...[...config.files, ...(dotEnv ? [['.env', dotEnv.path] as const] : [])].map(openFile),
    redisUrl !== undefined &&
      isOpenRedis(redisUrl) && {
        kind: 'Weak',
        text: 'REDIS_URL has no password: anyone who can reach that Redis can read phone numbers and texts, and change keys',
      },
    ...plainHttp.map((text) => ({ kind: 'Weak', text }) as const),
  ];
  return notices.filter((notice) => typeof notice === 'object');
}

const sandboxInProduction =
  'NODE_ENV IS PRODUCTION, BUT NO ACCOUNT IS SET: CAMPAIGNS GO TO THE EMBEDDED SANDBOX AND REACH NOBODY ' +
  '(EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN)';

function overriddenIn({ overridden }: NonNullable<Config['dotEnv']>): string {
  return overridden.length === 0
    ? ''
    : `; the environment has other values of ${overridden.join(', ')}, and wins`;
}

/** A file that others can write decides who is let in, or where campaigns go. */
function openFile([setting, path]: readonly [string, string]): Notice | undefined {
  const problem = writersOf(path);
  return problem === undefined
    ? undefined
    : {
        kind: 'Weak',
        text: `${setting}: ${problem}, ${path}: they decide what the gateway accepts (chmod go-w)`,
      };
}

function isOpenRedis(url: string): boolean {
  const { hostname, password, searchParams } = new URL(url);
  return password === '' && !searchParams.get('password') && !isLoopback(hostname);
}
