import { type RateHeaders } from '../rate-limit/upstream-quota.js';

/** Response headers, with names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

function trimmed(headers: Headers, name: string): string {
  return String(headers[name] ?? '').trim();
}

/** A longer wait comes from a wrong clock. */
const maximumRetryAfterSeconds = 3600;

/** Seconds of `Retry-After` (a number or a date), or until `X-RateLimit-Reset` (epoch seconds); at least 1. */
export function retryAfterSeconds(headers: Headers, nowMs: number): number | undefined {
  const retryAfter = trimmed(headers, 'retry-after');
  const atMs = /^\d+$/.test(retryAfter) ? nowMs + Number(retryAfter) * 1000 : Date.parse(retryAfter);
  if (!Number.isNaN(atMs)) return secondsUntil(atMs, nowMs, maximumRetryAfterSeconds);
  // The upstream's clock may be wrong, but its minute is not longer than a minute.
  const reset = trimmed(headers, 'x-ratelimit-reset');
  return /^\d+$/.test(reset) ? secondsUntil(Number(reset) * 1000, nowMs, 60) : undefined;
}

function secondsUntil(atMs: number, nowMs: number, maximum: number): number {
  return Math.min(maximum, Math.max(1, Math.ceil((atMs - nowMs) / 1000)));
}

const rateHeaderNames = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
const noRateHeaders: RateHeaders = { limit: undefined, remaining: undefined, resetAtMs: undefined };

/** `X-RateLimit-Limit`, `-Remaining` and `-Reset` (epoch seconds): developer site, rate limiting. */
export function rateHeaders(headers: Headers): RateHeaders {
  if (!rateHeaderNames.some((name) => name in headers)) return noRateHeaders;
  const [limit, remaining, resetSeconds] = rateHeaderNames.map((name) => {
    const text = trimmed(headers, name);
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  });
  return { limit, remaining, resetAtMs: resetSeconds === undefined ? undefined : resetSeconds * 1000 };
}
