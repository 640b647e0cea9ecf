import { type IncomingHttpHeaders } from 'node:http';

/** What a client asks of its request by headers. */
export interface RequestWishes {
  /** `Cache-Control: no-cache`: read from the upstream, not from what was read before. */
  readonly fresh: boolean;
}

/** Reads the headers. */
export function requestWishes(headers: IncomingHttpHeaders): RequestWishes {
  const directives = (headers['cache-control'] ?? '').toLowerCase().split(',');
  return { fresh: directives.some((directive) => directive.trim() === 'no-cache') };
}
