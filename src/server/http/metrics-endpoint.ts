import { createHash, timingSafeEqual } from 'node:crypto';
import { type IncomingMessage } from 'node:http';
import { type FastifyInstance } from 'fastify';
import { isLoopbackName } from '../../domain/network/addresses.js';
import { type GatewayTelemetry } from '../../telemetry/telemetry.js';
import { hostsOf } from './access/allowed-hosts.js';

/**
 * Access to `/metrics`: with a token if one is set; otherwise for programs of this machine on a loopback host, and closed on
 * any other host.
 */
export type MetricsAccess =
  { readonly to: 'token'; readonly token: string } | { readonly to: 'machine' } | { readonly to: 'nobody' };

/** Serves `/metrics`, and counts responses by route and status. */
export function serveMetrics(app: FastifyInstance, telemetry: GatewayTelemetry, access: MetricsAccess): void {
  const { metrics } = telemetry;
  app.addHook('onResponse', (request, reply, done) => {
    telemetry.httpAnswered(request.routeOptions.url, reply.statusCode);
    if (request.refusedWith !== undefined)
      telemetry.errorSent(request.refusedWith, { ...request.trace, status: reply.statusCode });
    done();
  });
  const isAllowed = checkOf(access);
  const refusal =
    access.to === 'token' ? 'A bearer token is needed.\n' : 'Closed until METRICS_TOKEN is set.\n';
  app.get('/metrics', async ({ raw }, reply) => {
    void reply.header('cache-control', 'no-store');
    if (!isAllowed(raw)) return reply.code(401).header('www-authenticate', 'Bearer').send(refusal);
    const text = await metrics.text().catch(() => undefined);
    // The counters of this worker alone would look like a reset.
    if (text === undefined) return reply.code(503).send('The primary process does not answer.\n');
    return reply.type(metrics.contentType).send(text);
  });
}

function checkOf(access: MetricsAccess): (request: IncomingMessage) => boolean {
  if (access.to === 'nobody') return () => false;
  if (access.to === 'machine') return isOfThisMachine;
  const isToken = bearerCheck(access.token);
  return ({ headers }) => isToken(headers.authorization);
}

/**
 * Headers that proxies and content delivery networks add: `Forwarded` and the like, `Via`, addresses (`X-Real-IP`,
 * `True-Client-IP`, `CF-Connecting-IP`), and everything private to one of them. A scraper sends none but Prometheus's
 * own `X-Prometheus-Scrape-Timeout-Seconds`.
 */
const proxyHeader =
  /^x-(?!prometheus-)|forwarded|^via$|-ip$|^(?:akamai|cdn|cf|client|cloudfront|fastly|fly|proxy|true)-/;

/** A proxy on this machine passes on requests of others: under another host name, or with headers of its own. */
function isOfThisMachine(request: IncomingMessage): boolean {
  const isLocal = hostsOf(request)?.every(({ name }) => isLoopbackName(name)) === true;
  return isLocal && !Object.keys(request.headers).some((name) => proxyHeader.test(name));
}

/** Compares digests, which have one length, in constant time. */
function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  const expected = digest(token);
  return (authorization = '') => {
    const [, got] = /^Bearer +(.+)$/i.exec(authorization) ?? [];
    return got !== undefined && timingSafeEqual(digest(got), expected);
  };
}
