import { type Logger } from 'pino';
import { shownKey } from '../../datasources/exotel/drift/differences.js';

/** Headers of HTTP clients, and what proxies and tracing add. */
const usual: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'b3',
  'baggage',
  'cache-control',
  'cdn-loop',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'origin',
  'pragma',
  'priority',
  'referer',
  'te',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'true-client-ip',
  'upgrade-insecure-requests',
  'user-agent',
  'via',
  'x-amzn-trace-id',
  'x-cloud-trace-context',
  'x-correlation-id',
  'x-envoy-attempt-count',
  'x-envoy-external-address',
  'x-real-ip',
  'x-request-id',
  'x-requested-with',
  'x-request-start',
  'x-scheme',
  'x-trace-id',
]);
const usualFamilies = ['x-b3-', 'x-forwarded-', 'cf-', 'sec-', 'x-datadog-', 'x-original-'];

/** Names come from outside: so many different ones are logged, and then no more. */
const maximumNames = 50;

/**
 * Logs the name of each header that callbacks have and clients of HTTP usually do not, once. Newer guide pages speak of a
 * signature without naming its header (docs/upstream.md, "Not settled"): this shows an operator which one it is.
 * @returns takes the names of a callback's headers, in lower case.
 */
export function callbackHeaderLog(logger: Logger): (names: readonly string[]) => void {
  const logged = new Set<string>();
  return (names) => {
    for (const name of names) {
      if (usual.has(name) || usualFamilies.some((family) => name.startsWith(family))) continue;
      const header = shownKey(name);
      if (logged.has(header) || logged.size >= maximumNames) continue;
      logged.add(header);
      logger.warn({ header }, 'callbacks have a header that is not known');
    }
  };
}
