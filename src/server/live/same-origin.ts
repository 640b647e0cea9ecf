import { type IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request comes from where this gateway's own pages are, or from no page at all. Browsers let any page open
 * a WebSocket or an event stream anywhere, with the user's network behind it; programs send no `Origin`.
 */
export function isSameOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}
