import { type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { fieldOf } from './mapping/enums.js';
import { type RateHeaders } from './rate-limit/upstream-quota.js';
import { type TransportAnswer } from './transport.js';
import { type WireEnvelope, type WireItem } from './wire/envelope.js';

/** The upstream's own codes in `error_data`; they say more than the status line. */
const byErrorCode: Readonly<Record<number, FailureReason>> = {
  1000: 'notFound',
  1001: 'refused',
  1002: 'refused',
  1003: 'forbidden',
  1007: 'refused',
  1008: 'duplicate',
  1010: 'unauthorized',
  1011: 'refused',
};

const byStatus: Readonly<Record<number, FailureReason>> = {
  400: 'refused',
  401: 'unauthorized',
  402: 'refused',
  403: 'forbidden',
  404: 'notFound',
  408: 'unavailable',
  409: 'duplicate',
  413: 'refused',
  415: 'refused',
  422: 'refused',
  429: 'rateLimited',
};

/** Statuses of who gave up on what may go on behind it. */
const onlyStoppedWaiting: ReadonlySet<number> = new Set([408, 499, 504, 520, 522, 524, 598, 599]);

function reasonOfStatus(status: number): FailureReason {
  return byStatus[status] ?? (status >= 500 ? 'unavailable' : status >= 400 ? 'refused' : 'invalidResponse');
}

/** `Retry-After` in seconds or as a date, else `X-RateLimit-Reset` (epoch seconds); at least one second. */
export function retryAfterSeconds(headers: TransportAnswer['headers'], nowMs: number): number | undefined {
  const first = (name: string): string => String(headers[name] ?? '').trim();
  const retryAfter = first('retry-after');
  const at = /^\d+$/.test(retryAfter) ? nowMs + Number(retryAfter) * 1000 : Date.parse(retryAfter);
  const reset = first('x-ratelimit-reset');
  if (!Number.isNaN(at)) return secondsUntil(at, nowMs, longestRetryAfterSeconds);
  // Its clock may be wrong; the minute that it counts in is not longer than a minute.
  return /^\d+$/.test(reset) ? secondsUntil(Number(reset) * 1000, nowMs, 60) : undefined;
}

/** What is asked to wait longer than this is asked by a clock that is wrong. */
const longestRetryAfterSeconds = 3600;

function secondsUntil(dueMs: number, nowMs: number, longest: number): number {
  return Math.min(longest, Math.max(1, Math.ceil((dueMs - nowMs) / 1000)));
}

/** `X-RateLimit-Limit`, `-Remaining` and `-Reset` (epoch seconds): developer site, rate limiting. */
export function rateHeaders(headers: TransportAnswer['headers']): RateHeaders {
  if (!rateHeaderNames.some((name) => name in headers)) return noRateHeaders;
  const number = (name: string): number | undefined => {
    const text = String(headers[name] ?? '').trim();
    return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  };
  const resetSeconds = number('x-ratelimit-reset');
  return {
    limit: number('x-ratelimit-limit'),
    remaining: number('x-ratelimit-remaining'),
    resetAtMs: resetSeconds === undefined ? undefined : resetSeconds * 1000,
  };
}

const rateHeaderNames = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
const noRateHeaders: RateHeaders = { limit: undefined, remaining: undefined, resetAtMs: undefined };

/** A failed item as a failure, whatever the status line said; undefined for one that succeeded. */
export function failureOfItem(item: WireItem, requestId?: string): UpstreamFailure | undefined {
  const code = item.code ?? 200;
  const failed =
    code >= 400 || item.status?.toLowerCase() === 'failure' || item.error_data?.code !== undefined;
  if (!failed) return undefined;
  const reason = byErrorCode[item.error_data?.code ?? 0] ?? (code >= 400 ? reasonOfStatus(code) : 'refused');
  return new UpstreamFailure(reason, { ...factsOf(requestId), ...fieldOf(item.error_data) });
}

/** An answer whose status says no; its body may say more, or be HTML from a proxy. */
export function failureOfAnswer(
  { status, headers }: Pick<TransportAnswer, 'status' | 'headers'>,
  body: { readonly envelope: WireEnvelope | undefined; readonly isJson: boolean },
  nowMs: number,
): UpstreamFailure {
  if (status === 429) {
    const seconds = retryAfterSeconds(headers, nowMs);
    return new UpstreamFailure('rateLimited', seconds === undefined ? {} : { retryAfterSeconds: seconds });
  }
  const requestId = body.envelope?.request_id;
  // A proxy's 5xx tells nothing about what the API behind it did, whatever its body claims.
  const item = status < 500 ? body.envelope?.response.find(({ error_data }) => error_data?.code) : undefined;
  const told = item && failureOfItem(item, requestId);
  if (told) return told;
  // A 404 that the API did not write says that the address is wrong, not that the campaign is unknown.
  const reason = status === 404 && !body.isJson ? 'invalidResponse' : reasonOfStatus(status);
  return new UpstreamFailure(reason, {
    ...factsOf(requestId),
    ...(onlyStoppedWaiting.has(status) && { mayStillRun: true }),
    ...(reason === 'invalidResponse' && { isRefused: true }),
  });
}

function factsOf(requestId: string | undefined) {
  return requestId === undefined ? {} : { requestId };
}
