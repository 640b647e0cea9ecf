import { type IncomingHttpHeaders } from 'node:http';

/**
 * Whether a request comes from where this gateway's own pages are, or from no page at all. Browsers let any page open
 * a WebSocket or an event stream anywhere, with the user's network behind it; programs send no `Origin`, and browsers
 * that leave it out say `Sec-Fetch-Site`.
 * @param allowed origins whose pages may do so as well.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, allowed: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined) return !isOfAnotherSite(headers['sec-fetch-site']);
  if (allowed.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

function isOfAnotherSite(site: string | string[] | undefined): boolean {
  return site === 'cross-site' || site === 'same-site';
}
