import { request } from 'undici';
import { type CacheInvalidationConfig, type Config } from '../../config/config.js';
import { isLoopback } from '../../config/values.js';
import { webhookRoute } from '../../domain/network/addresses.js';
import { failed, passed, skipped, type Verdict, unreachable } from './verdict.js';

const timeoutMs = 5000;
/** A response of the gateway is shorter. */
const maximumBytes = 4096;

/** Part of the way that no check from this machine covers. */
const untested =
  'not tested: the way of the API to this address, which may pass other names, firewalls and proxies';

/** Reaches PUBLIC_URL from here, as the API does with a callback. */
export async function checkCallbackAddress({ publicUrl, port }: Config): Promise<Verdict> {
  if (publicUrl === undefined) return skipped('PUBLIC_URL is not set: changes are polled for');
  const { origin, hostname, port: publicPort } = new URL(publicUrl); // a path may be a secret
  // Before a start nothing listens at an address of its own.
  const isOwn = isLoopback(hostname) && publicPort === String(port);
  try {
    const { status, text } = await post(`${publicUrl}${webhookRoute}/campaign/check`);
    // The address has no valid signature. A gateway refuses it, with a body that no other server sends.
    if (status === 404 && /^\{"verdict":"\w+"\}$/.test(text))
      return passed(`a gateway answers at ${origin}; ${untested}`);
    const isProxy = status === 502 || status === 503 || status === 504;
    return isProxy
      ? skipped(
          `${origin} can be reached, but no gateway runs there now (status ${status}); check again when one does; ${untested}`,
        )
      : failed(
          `another server answers at ${origin} (status ${status}): check PUBLIC_URL, and that the proxy passes ` +
            `${webhookRoute} on`,
        );
  } catch (error) {
    const problem = `${origin}: ${unreachable(error)}`;
    return isOwn && isRefusedConnection(error)
      ? skipped(`${problem}; check again when the gateway runs`)
      : failed(problem);
  }
}

function isRefusedConnection(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED';
}

/** Reaches the collector of traces. */
export async function checkCollector({ tracing }: Config): Promise<Verdict> {
  if (!tracing) return skipped('OTEL_EXPORTER_OTLP_ENDPOINT is not set');
  const { origin } = new URL(tracing.endpoint);
  try {
    const { status } = await post(`${tracing.endpoint.replace(/\/$/, '')}/v1/traces`, '{"resourceSpans":[]}');
    return status >= 200 && status < 300
      ? passed(`${origin} takes traces`)
      : failed(`${origin} answers with status ${status} instead of taking traces`);
  } catch (error) {
    return failed(`${origin}: ${unreachable(error)}`);
  }
}

/** Reaches the invalidation endpoints of routers, with a request that removes nothing. */
export async function checkRouterCaches({ cacheInvalidation }: Config): Promise<Verdict> {
  if (!cacheInvalidation) return skipped('CACHE_INVALIDATION_ENDPOINTS is not set');
  const { endpoints } = cacheInvalidation;
  const problems = await Promise.all(endpoints.map((url) => invalidationProblem(url, cacheInvalidation)));
  const found = problems.filter((problem) => problem !== undefined);
  return found.length > 0
    ? failed(found.join('; '))
    : passed(`requests with the key are accepted (endpoints: ${endpoints.length})`);
}

async function invalidationProblem(
  url: string,
  { key, subgraph }: CacheInvalidationConfig,
): Promise<string | undefined> {
  const { origin } = new URL(url);
  try {
    // Apollo Router compares the key only with those of the subgraphs in the request.
    const nothing = [{ kind: 'cache_tag', subgraphs: [subgraph], cache_tag: 'campaign-' }];
    const { status } = await post(url, JSON.stringify(nothing), { authorization: key });
    if (status >= 200 && status < 300) return undefined;
    const isKey = status === 401 || status === 403;
    return `${origin} answers with status ${status}: check ${isKey ? 'CACHE_INVALIDATION_KEY' : 'the address'}`;
  } catch (error) {
    return `${origin}: ${unreachable(error)}`;
  }
}

/** Sends one request and follows no redirect. @returns the status, and the beginning of the body. */
async function post(
  url: string,
  content = '{}',
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { statusCode: status, body } = await request(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: content,
    signal: AbortSignal.timeout(timeoutMs),
  });
  let text = '';
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    text += Buffer.from(chunk).toString('latin1');
    if (text.length > maximumBytes) break; // leaving the loop destroys the body
  }
  return { status, text };
}
