import { type IncomingMessage } from 'node:http';
import { type FastifyInstance } from 'fastify';
import { type HostName, isLoopbackName, readHostName } from '../../../domain/network/addresses.js';
import { type AllowedOrigins, hostOf } from './allowed-origins.js';
import { refuse } from '../refuse.js';

/** Host names that requests may use for this gateway, besides loopback names. */
interface AllowedHostsOptions {
  readonly hosts: readonly HostName[];
  /** For webhooks only: the names under which the upstream reaches the gateway. */
  readonly webhookHosts: readonly HostName[];
  /** Origins whose pages may send requests, besides pages of allowed hosts. */
  readonly origins: AllowedOrigins;
  /** Whether pages of all other origins may send requests too, since they need credentials. */
  readonly isAnyOriginAllowed: boolean;
}

const wrongHost =
  'This host name is not served: ALLOWED_HOSTS lists the names that are, besides loopback names.';
const wrongOrigin =
  'Pages of this origin may not use the gateway: CORS_ORIGINS and ALLOWED_HOSTS list those that may.';

/**
 * Host names that the gateway serves. Where callers need no credentials, any web page in a browser could be a caller: its
 * name may resolve to 127.0.0.1 (DNS rebinding), and the browser then takes the gateway for the page's own origin. `Host`
 * still has the name of the page. `X-Forwarded-Host` and the like prove nothing and are ignored.
 */
export class AllowedHosts {
  readonly #options: AllowedHostsOptions;
  /** The last allowed `Host`, which most requests repeat. */
  #lastHost: string | undefined;

  constructor(options: AllowedHostsOptions) {
    this.#options = options;
  }

  /** The reason for refusing a request; undefined for an allowed one. */
  problem(request: IncomingMessage, isWebhook = false): string | undefined {
    const { headers, rawHeaders, url } = request;
    const isAsBefore = headers.host !== undefined && headers.host === this.#lastHost;
    if (isAsBefore && headers.origin === undefined && url?.startsWith('/') && !hasSecondHost(rawHeaders))
      return undefined;
    const { hosts, webhookHosts } = this.#options;
    const named = isWebhook ? [...hosts, ...webhookHosts] : hosts;
    if (!this.#isHostAllowed(request, named)) return wrongHost;
    return isWebhook || this.#isOriginAllowed(request.headers.origin) ? undefined : wrongOrigin;
  }

  #isHostAllowed({ headers: { host }, rawHeaders, url = '' }: IncomingMessage, named: readonly HostName[]) {
    if (!hostsOf({ headers: { host }, rawHeaders, url })?.every((each) => isAllowed(each, named)))
      return false;
    if (named === this.#options.hosts) this.#lastHost = host;
    return true;
  }

  #isOriginAllowed(origin: string | undefined): boolean {
    const { hosts, origins, isAnyOriginAllowed } = this.#options;
    if (origin === undefined || isAnyOriginAllowed || origins.includes(origin)) return true;
    const host = hostOf(origin);
    return host !== undefined && isAllowed(host, hosts);
  }
}

/** Refuses requests for other hosts on every route, or for several. Must run before any route or other hook. */
export function refuseOtherHosts(
  app: FastifyInstance,
  allowed: AllowedHosts | undefined,
  origins: AllowedOrigins,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (!allowed) {
      if (isForOneHost(request.raw)) done();
      else refuse(reply, 400, 'The request names more than one host.', 'BAD_REQUEST');
      return;
    }
    const isWebhook = request.routeOptions.url?.startsWith('/webhooks/') === true;
    const problem = allowed.problem(request.raw, isWebhook);
    if (problem === undefined) {
      done();
      return;
    }
    if (problem === wrongOrigin) origins.logRefusal(request.headers, 'http');
    refuse(reply, 403, problem, 'FORBIDDEN');
  });
}

/**
 * The hosts that a request names: in `Host`, and in a request target in absolute form (RFC 9112, 3.2.2), which takes
 * precedence over the header.
 * @returns undefined if they can't be read, or if there are several `Host` headers: Node reads the first, and a
 * proxy may have checked the last.
 */
export function hostsOf({
  headers: { host },
  rawHeaders,
  url = '',
}: Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'url'>): readonly HostName[] | undefined {
  if (host === undefined || hasSecondHost(rawHeaders)) return undefined;
  const texts = url.startsWith('/') || url === '*' ? [host] : [host, authorityOf(url)];
  const hosts = texts.map(readHostName);
  return hosts.every((each) => each !== undefined) ? hosts : undefined;
}

/** Whether `Host` and the request target agree (RFC 9112, 3.2). Addresses of this gateway are made of what they say. */
function isForOneHost({ headers, rawHeaders, url = '' }: IncomingMessage): boolean {
  if (hasSecondHost(rawHeaders)) return false;
  return url.startsWith('/') || url === '*' || authorityOf(url).toLowerCase() === headers.host?.toLowerCase();
}

function hasSecondHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index];
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count > 1;
}

/** Empty for a scheme that is not HTTP's. */
function authorityOf(url: string): string {
  return /^https?:\/\/([^/?#]*)/i.exec(url)?.[1] ?? '';
}

function isAllowed(host: HostName, named: readonly HostName[]): boolean {
  return isLoopbackName(host.name) || named.some((one) => isCovered(host, one));
}

/** An entry without a port covers every port. Browsers leave out 80 and 443. */
function isCovered({ name, port }: HostName, entry: HostName): boolean {
  if (name !== entry.name) return false;
  return entry.port === '' || entry.port === port || (port === '' && /^(?:80|443)$/.test(entry.port));
}
