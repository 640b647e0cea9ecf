import { type IncomingHttpHeaders } from 'node:http';
import { type Logger } from 'pino';
import { isLoopbackName, readHostName } from '../../../domain/network/addresses.js';

/** Origins whose pages may read answers and open event streams and WebSockets, besides the gateway's own page. */
interface AllowedOriginsOptions {
  readonly listed: readonly string[];
  /** Also pages that this machine serves, on any port. */
  readonly isLoopbackAllowed: boolean;
  readonly logger: Pick<Logger, 'warn'>;
}

/** The kind of a refused request. */
type Transport = 'http' | 'websocket';

/** Bounds the log, since callers choose their origins. */
const maximumLogged = 100;
/** A host name has at most 253 characters. */
const longestOrigin = 300;

/** Decides which web pages may use the gateway, and logs each origin that may not. */
export class AllowedOrigins {
  readonly #options: AllowedOriginsOptions;
  readonly #logged = new Set<string>();

  constructor(options: AllowedOriginsOptions) {
    this.#options = options;
  }

  /** Whether any page of another origin may use the gateway. */
  get areAny(): boolean {
    return this.#options.isLoopbackAllowed || this.#options.listed.length > 0;
  }

  /** Whether an `Origin` is allowed. */
  includes(origin: string): boolean {
    const { listed, isLoopbackAllowed } = this.#options;
    if (listed.includes(origin)) return true;
    const host = isLoopbackAllowed ? hostOf(origin) : undefined;
    return host !== undefined && isLoopbackName(host.name);
  }

  /**
   * True for a request by an allowed page, by a page of this gateway, or by no page. Browsers let any page open a WebSocket
   * or an event stream to any host. Other programs send no `Origin`; browsers that omit it send `Sec-Fetch-Site`.
   */
  admit(headers: IncomingHttpHeaders): boolean {
    const { origin, 'sec-fetch-site': site } = headers;
    if (origin === undefined) return site !== 'cross-site' && site !== 'same-site';
    return this.includes(origin) || isOwnPage(headers);
  }

  /** Logs a refused page, once for each origin and transport: browsers hide the reason from its developer. */
  logRefusal({ origin }: IncomingHttpHeaders, transport: Transport): void {
    if (origin === undefined) return;
    const canBeAllowed = origin.length <= longestOrigin && hostOf(origin) !== undefined;
    const shown = canBeAllowed || origin === 'null' ? origin : '(unreadable)';
    const key = `${transport} ${shown}`;
    if (this.#logged.has(key) || this.#logged.size >= maximumLogged) return;
    this.#logged.add(key);
    const { listed, logger } = this.#options;
    if (canBeAllowed) {
      const setting = `CORS_ORIGINS=${[...listed, origin].join(',')}`;
      logger.warn(
        { origin, transport, setting },
        'a web page was refused: CORS_ORIGINS does not list its origin',
      );
    } else
      logger.warn(
        { origin: shown, transport },
        'a web page was refused: CORS_ORIGINS takes http and https origins',
      );
    if (this.#logged.size === maximumLogged)
      logger.warn('further origins of refused web pages are not logged');
  }
}

/**
 * True for a request by a page that this gateway serves, or that a proxy serves at the same origin. Pages can't set
 * `Sec-Fetch-Site`.
 */
export function isOwnPage({ origin, host, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site === 'same-origin') return true;
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

/** The host of an http or https origin; undefined for any other text. */
export function hostOf(origin: string): ReturnType<typeof readHostName> {
  return readHostName(/^https?:\/\/(.*)$/i.exec(origin)?.[1] ?? '');
}
