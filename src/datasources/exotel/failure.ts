import { isObject } from '../../domain/json.js';
import { type FailureReason, isPlainErrorCode, UpstreamFailure } from '../../domain/upstream-failure.js';
import { campaignFields } from './wire/campaign.js';
import { type WireEnvelope, type WireItem } from './wire/envelope.js';
import { type Headers, retryAfterSeconds } from './wire/headers.js';
import { refusedField } from './wire/requests.js';

/** Errors of connecting: the request certainly was not sent. Nor was it after an invalid certificate: `certificateError`. */
const connectErrors = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Codes of OpenSSL for certificates, which are checked before anything is sent, and Node's for another host's. */
const certificateError =
  /^(?:CERT_|CRL_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_|INVALID_CA$|ERR_TLS_CERT_ALTNAME_)/;

/** The failure of a request, from the error that ended it and what had come of its response. */
export function failureOfRequest(error: unknown, isTimedOut: boolean, status: number): UpstreamFailure {
  const { code = '', syscall } = (error ?? {}) as { readonly code?: string; readonly syscall?: string };
  // A connection that breaks later may have the same code: then the request had been sent.
  const isConnecting = syscall === undefined || syscall === 'connect' || syscall === 'getaddrinfo';
  const errorCode = isTimedOut || code === 'UND_ERR_CONNECT_TIMEOUT' ? 'ETIMEDOUT' : code;
  const facts = isPlainErrorCode(errorCode) ? { errorCode } : {};
  if ((connectErrors.has(code) && isConnecting) || certificateError.test(code))
    return new UpstreamFailure('unreachable', facts);
  const isAccepted = status >= 200 && status < 300;
  return new UpstreamFailure(isTimedOut ? 'timeout' : 'unavailable', { ...facts, isAccepted });
}

/** Codes of `error_data`, which are more precise than the status. */
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

const byStatus: Readonly<Partial<Record<number, FailureReason>>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'notFound',
  409: 'duplicate',
  429: 'rateLimited',
};

/**
 * Other statuses of a refusal. A write with any other status may have been processed (docs/writing.md). 406 is not among them:
 * some servers send it after they have processed the request.
 */
const otherRefusals: ReadonlySet<number> = new Set([
  ...[400, 402, 405, 410, 411, 412, 413, 414, 415, 417, 422, 426, 428, 431, 451],
]);

/** Reason of a status that certainly means that nothing was processed. */
function refusalOf(status: number): FailureReason | undefined {
  return byStatus[status] ?? (otherRefusals.has(status) ? 'refused' : undefined);
}

/** Statuses with which the server ends the exchange. After any other one the API behind a proxy may still be at work. */
const endedByServer: ReadonlySet<number> = new Set([500, 501, 502, 503, 505, 507]);

function failureOfStatus(status: number, requestId: string | undefined): UpstreamFailure {
  const refusal = refusalOf(status);
  if (refusal) return new UpstreamFailure(refusal, { requestId });
  if (status < 400) return new UpstreamFailure('invalidResponse', { requestId, mayStillRun: true });
  return new UpstreamFailure('unavailable', { requestId, mayStillRun: !endedByServer.has(status) });
}

/**
 * Failure of an item, whatever the status line is; undefined if the item succeeded.
 * @param neighbours the other items of a response to a request for one campaign.
 */
export function failureOfItem(
  item: WireItem,
  requestId?: string,
  neighbours: readonly WireItem[] = [],
): UpstreamFailure | undefined {
  const { code = 200, error } = item;
  const isFailed = code >= 400 || hasStatus(item, 'failure') || error?.code !== undefined;
  if (!isFailed) return undefined;
  const refusal = refusalOf(code);
  const isCertain = (code >= 200 && code < 300) || refusal !== undefined;
  if (!isCertain) return failureOfStatus(code, requestId);
  const reason = byErrorCode[error?.code ?? 0] ?? refusal ?? 'refused';
  const isRefusal =
    doesRefuse(item, refusal && code) && neighbours.every((other) => doesRefuse(other, refusal && code));
  return new UpstreamFailure(reason, {
    requestId,
    field: refusedField(error),
    isContradicted: !isRefusal,
  });
}

/** Whether every item of a response says that there were too many requests, and nothing else. */
export function isRateLimited({ items }: WireEnvelope): boolean {
  return (
    items[0]?.code === 429 &&
    items.every((item) => item.code === 429 && doesRefuse(item, 429) && !isKnown(item))
  );
}

function isKnown({ error }: WireItem): boolean {
  return byErrorCode[error?.code ?? 0] !== undefined;
}

/** Response whose status is a refusal. */
interface RefusedResponse {
  /** The first status of the response that is not 2xx. */
  readonly status: number;
  /** The statuses that follow that one: `http_code`, `RestException.Status`. */
  readonly furtherStatuses: readonly (number | undefined)[];
  readonly headers: Headers;
  /** Undefined if the body is not JSON. */
  readonly json: unknown;
  readonly envelope: WireEnvelope | undefined;
}

/** Failure of a response whose status is a refusal. Its body may be more precise, contradict it, or be HTML of a proxy. */
export function failureOfResponse(response: RefusedResponse, nowMs: number): UpstreamFailure {
  const { status, furtherStatuses, headers, json, envelope } = response;
  const { requestId, items = [] } = envelope ?? {};
  const reason = refusalOf(status);
  // With any other status the body does not count: a proxy's 5xx does not know what the API behind it did.
  if (!reason) return failureOfStatus(status, requestId);
  const isRefusal =
    furtherStatuses.every((further) => further === undefined || further === status) &&
    items.every((item) => doesRefuse(item, status)) &&
    !hasCampaign(json, false);
  const isContradicted = !isRefusal;
  if (reason === 'rateLimited')
    return new UpstreamFailure(reason, {
      isContradicted,
      retryAfterSeconds: retryAfterSeconds(headers, nowMs),
    });
  for (const item of items) {
    const failure = failureOfItem(item, requestId);
    if (failure && (item.error?.code !== undefined || failure.mayHaveBeenProcessed))
      return new UpstreamFailure(failure.reason, {
        ...failure.facts,
        isContradicted: isContradicted || failure.facts.isContradicted,
      });
  }
  // A 404 that is not from the API means that the address is wrong, not that the campaign does not exist.
  const isJson = typeof json === 'object' && json !== null;
  if (status === 404 && !isJson) return new UpstreamFailure('invalidResponse', { mayStillRun: true });
  return new UpstreamFailure(reason, { requestId, isContradicted });
}

/**
 * Whether an item agrees that the request was refused: it has no other code, no success and no campaign.
 * @param said status of the refusal; undefined for an item that failed without one.
 */
function doesRefuse(item: WireItem, said: number | undefined): boolean {
  const { code, error, data } = item;
  if (code !== undefined && code !== said) return false;
  return !hasStatus(item, 'success') && !isOtherError(error?.code, said) && !hasCampaign(data, true);
}

function hasStatus({ status }: WireItem, word: string): boolean {
  return status?.trim().toLowerCase() === word;
}

/** Whether an error code is another HTTP status, or only one of the two means a duplicate. */
function isOtherError(code: number | undefined, said: number | undefined): boolean {
  if (code === undefined) return false;
  if (code >= 100 && code < 600) return code !== said;
  const reason = byErrorCode[code];
  if (reason === undefined || said === undefined) return false;
  return (reason === 'duplicate') !== (byStatus[said] === 'duplicate');
}

const { createdAt, name, template, senderId } = campaignFields;

/**
 * Whether a value is a campaign or contains one. A campaign in the same response contradicts a refusal, even the refusal of a
 * duplicate: it need not be the other campaign.
 * @param isData true inside of an item's `data`, where a sid alone, or two fields without one, are a campaign.
 */
function hasCampaign(value: unknown, isData: boolean): boolean {
  if (Array.isArray(value)) return value.some((each) => hasCampaign(each, isData));
  if (!isObject(value)) return false;
  const hasSid = campaignFields.sid.of(value) !== undefined;
  const fields = [createdAt, name, template, senderId].filter((field) => field.of(value) != null).length;
  if (isData ? hasSid || fields > 1 : hasSid && fields > 0) return true;
  return Object.entries(value).some(([key, each]) => hasCampaign(each, isData || key === 'data'));
}
