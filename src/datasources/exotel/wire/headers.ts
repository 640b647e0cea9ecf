import { type RateHeaders } from '../rate-limit/upstream-quota.js';

/** Response headers, with names in lower case. */
export type Headers = Readonly<Record<string, string | string[] | undefined>>;

function trimmed(headers: Headers, name: string): string {
  return String(headers[name] ?? '').trim();
}

/** A longer wait comes from a wrong clock. */
const maximumRetryAfterSeconds = 3600;
const longestRetryAfter = 100;

/** Seconds; several numbers where each of several layers has added its own. */
const secondsForm = /^\d+(?:\.\d+)?(?:\s*,\s*\d+(?:\.\d+)?)*$/;
/** Dates of HTTP (RFC 9110, 5.6.7) and ISO 8601. `Date.parse` reads almost any text as a date: `10.5` as the fifth of October. */
const dateForm = /^(?:[A-Z][a-z]{2,8},? |\d{4}-\d\d-\d\dT)/;

/** Epoch milliseconds of `Retry-After`; NaN if it is neither seconds nor a date. */
function retryAtMs(retryAfter: string, nowMs: number): number {
  if (secondsForm.test(retryAfter)) return nowMs + Math.max(...retryAfter.split(',').map(Number)) * 1000;
  return dateForm.test(retryAfter) ? Date.parse(retryAfter) : NaN;
}

/** Seconds of `Retry-After` (a number or a date), or until `X-RateLimit-Reset` (epoch seconds); at least 1. */
export function retryAfterSeconds(headers: Headers, nowMs: number): number | undefined {
  const atMs = retryAtMs(trimmed(headers, 'retry-after').slice(0, longestRetryAfter), nowMs);
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
