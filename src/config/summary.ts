import { type Config } from './config.js';
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
  return 'anybody, without credentials (AUTH_MODE=none)';
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
