import { type Logger } from 'pino';
import { shownKey } from '../../../datasources/exotel/drift/differences.js';

/** Headers that HTTP clients, proxies and tracing send. */
const usual: ReadonlySet<string> = new Set(
  `accept accept-charset accept-encoding accept-language b3 baggage cache-control cdn-loop connection content-encoding
  content-length content-type date expect forwarded host keep-alive origin pragma priority referer te traceparent
  tracestate transfer-encoding true-client-ip upgrade-insecure-requests user-agent via x-amzn-trace-id
  x-cloud-trace-context x-correlation-id x-envoy-attempt-count x-envoy-external-address x-real-ip x-request-id
  x-requested-with x-request-start x-scheme x-trace-id`.split(/\s+/),
);
const usualFamilies = ['x-b3-', 'x-forwarded-', 'cf-', 'sec-', 'x-datadog-', 'x-original-'];

/** Bounds the log, since callers choose the names. */
const maximumNames = 50;

/**
 * Logs each unusual header of callbacks once, by name. Newer guide pages mention a signature but not its header
 * (docs/upstream.md, "Contradictions"); the log shows an operator which header it is.
 * @returns a function that takes the names of a callback's headers, in lower case.
 */
export function callbackHeaderLog(logger: Logger): (names: readonly string[]) => void {
  const logged = new Set<string>();
  return (names) => {
    for (const name of names) {
      if (usual.has(name) || usualFamilies.some((family) => name.startsWith(family))) continue;
      const header = shownKey(name);
      if (logged.has(header) || logged.size >= maximumNames) continue;
      logged.add(header);
      logger.warn({ header }, 'callbacks have an unknown header');
    }
  };
}
