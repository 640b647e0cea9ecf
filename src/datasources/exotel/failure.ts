import { type FailureFacts, type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { fieldOf } from './mapping/enums.js';
import { type RateHeaders } from './rate-limit/upstream-quota.js';
import { type TransportAnswer } from './transport.js';
import { type WireEnvelope, type WireItem } from './wire/envelope.js';
import { isObject, sidOf } from './wire/values.js';

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

/**
 * Statuses that certainly mean "refused, and nothing was done". The list is closed: a write that was answered with any other
 * status may have been done (docs/writing.md). 406 is not in it: some servers answer it once the work is done.
 */
const refusals: Readonly<Partial<Record<number, FailureReason>>> = {
  400: 'refused',
  401: 'unauthorized',
  402: 'refused',
  403: 'forbidden',
  404: 'notFound',
  405: 'refused',
  409: 'duplicate',
  410: 'refused',
  411: 'refused',
  412: 'refused',
  413: 'refused',
  414: 'refused',
  415: 'refused',
  417: 'refused',
  422: 'refused',
  426: 'refused',
  428: 'refused',
  429: 'rateLimited',
  431: 'refused',
  451: 'refused',
};

/** Statuses with which a server ends the exchange itself. After any other, the API behind a proxy may still be at work. */
const endedByServer: ReadonlySet<number> = new Set([500, 501, 502, 503, 505, 507]);

function failureOfStatus(status: number, requestId: string | undefined): UpstreamFailure {
  const facts = factsOf(requestId);
  const refusal = refusals[status];
  if (refusal) return new UpstreamFailure(refusal, facts);
  if (status < 400) return new UpstreamFailure('invalidResponse', { ...facts, isRefused: true });
  return new UpstreamFailure('unavailable', {
    ...facts,
    ...(!endedByServer.has(status) && { mayStillRun: true }),
  });
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
  const { code = 200, error_data } = item;
  const isFailed = code >= 400 || item.status?.toLowerCase() === 'failure' || error_data?.code !== undefined;
  if (!isFailed) return undefined;
  const isCertain = (code >= 200 && code < 300) || code in refusals;
  if (!isCertain) return failureOfStatus(code, requestId);
  const reason = byErrorCode[error_data?.code ?? 0] ?? refusals[code] ?? 'refused';
  return new UpstreamFailure(reason, {
    ...factsOf(requestId),
    ...fieldOf(error_data),
    ...(reason !== 'duplicate' && contradicted([item])), // a duplicate may name the other campaign
  });
}

/** A refusal beside which there is a campaign. */
function contradicted(items: readonly WireItem[]): FailureFacts {
  const isOne = ({ data }: WireItem): boolean =>
    isObject(data) && sidOf(data['sid'] ?? data['id']) !== undefined;
  return items.some(isOne) ? { isContradicted: true } : {};
}

/** An answer whose status says no; its body may say more, contradict it, or be HTML from a proxy. */
export function failureOfAnswer(
  { status, headers }: Pick<TransportAnswer, 'status' | 'headers'>,
  body: { readonly envelope: WireEnvelope | undefined; readonly isJson: boolean },
  nowMs: number,
): UpstreamFailure {
  const { request_id: requestId, response: items = [] } = body.envelope ?? {};
  const reason = refusals[status];
  // Of any other status the body is not believed: a proxy's 5xx does not know what the API behind it did.
  if (!reason) return failureOfStatus(status, requestId);
  if (reason === 'rateLimited') {
    const seconds = retryAfterSeconds(headers, nowMs);
    return new UpstreamFailure(reason, {
      ...contradicted(items),
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    });
  }
  for (const item of items) {
    const failure = failureOfItem(item, requestId);
    if (failure && (item.error_data?.code !== undefined || failure.mayHaveBeenProcessed)) return failure;
  }
  // A 404 that the API did not write says that the address is wrong, not that the campaign is unknown.
  if (status === 404 && !body.isJson) return new UpstreamFailure('invalidResponse', { isRefused: true });
  return new UpstreamFailure(reason, {
    ...factsOf(requestId),
    ...(reason !== 'duplicate' && contradicted(items)),
  });
}

function factsOf(requestId: string | undefined) {
  return requestId === undefined ? {} : { requestId };
}
