import { type FailureFacts, type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { campaignFields } from './wire/campaign.js';
import { type WireEnvelope, type WireItem } from './wire/envelope.js';
import { isObject } from './wire/fields.js';
import { type Headers, retryAfterSeconds } from './wire/headers.js';
import { refusedField } from './wire/requests.js';

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
  const facts = idFacts(requestId);
  const refusal = refusalOf(status);
  if (refusal) return new UpstreamFailure(refusal, facts);
  if (status < 400) return new UpstreamFailure('invalidResponse', { ...facts, isRefused: true });
  return new UpstreamFailure('unavailable', {
    ...facts,
    ...(!endedByServer.has(status) && { mayStillRun: true }),
  });
}

/** Failure of an item, whatever the status line is; undefined if the item succeeded. */
export function failureOfItem(item: WireItem, requestId?: string): UpstreamFailure | undefined {
  const { code = 200, error } = item;
  const isFailed = code >= 400 || item.status?.toLowerCase() === 'failure' || error?.code !== undefined;
  if (!isFailed) return undefined;
  const refusal = refusalOf(code);
  const isCertain = (code >= 200 && code < 300) || refusal !== undefined;
  if (!isCertain) return failureOfStatus(code, requestId);
  const reason = byErrorCode[error?.code ?? 0] ?? refusal ?? 'refused';
  return new UpstreamFailure(reason, {
    ...idFacts(requestId),
    ...refusedField(error),
    ...(reason !== 'duplicate' && contradiction([item])), // a duplicate may name the other campaign
  });
}

/** A campaign beside a refusal contradicts the refusal. */
function contradiction(items: readonly WireItem[]): FailureFacts {
  const hasCampaign = ({ data }: WireItem): boolean =>
    isObject(data) && campaignFields.sid.of(data) !== undefined;
  return items.some(hasCampaign) ? { isContradicted: true } : {};
}

/** Failure of a response whose status is a refusal. Its body may be more precise, contradict it, or be HTML of a proxy. */
export function failureOfResponse(
  { status, headers }: { readonly status: number; readonly headers: Headers },
  body: { readonly envelope: WireEnvelope | undefined; readonly isJson: boolean },
  nowMs: number,
): UpstreamFailure {
  const { requestId, items = [] } = body.envelope ?? {};
  const reason = refusalOf(status);
  // With any other status the body does not count: a proxy's 5xx does not know what the API behind it did.
  if (!reason) return failureOfStatus(status, requestId);
  if (reason === 'rateLimited') {
    const seconds = retryAfterSeconds(headers, nowMs);
    return new UpstreamFailure(reason, {
      ...contradiction(items),
      ...(seconds !== undefined && { retryAfterSeconds: seconds }),
    });
  }
  for (const item of items) {
    const failure = failureOfItem(item, requestId);
    if (failure && (item.error?.code !== undefined || failure.mayHaveBeenProcessed)) return failure;
  }
  // A 404 that is not from the API means that the address is wrong, not that the campaign does not exist.
  if (status === 404 && !body.isJson) return new UpstreamFailure('invalidResponse', { isRefused: true });
  return new UpstreamFailure(reason, {
    ...idFacts(requestId),
    ...(reason !== 'duplicate' && contradiction(items)),
  });
}

function idFacts(requestId: string | undefined): FailureFacts {
  return requestId === undefined ? {} : { requestId };
}
