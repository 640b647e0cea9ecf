import { isObject } from '../../domain/json.js';
import { parseJson } from '../../domain/json.js';
import { type RequestTrace } from '../../domain/requests/request-trace.js';
import { isSameSid } from '../../domain/campaigns/sid.js';
import { type CallEnd, type ObservedCall, type Route } from '../../domain/telemetry.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type DriftWatch } from './drift/drift-watch.js';
import { failureOfItem, failureOfResponse, isRateLimited } from './failure.js';
import { type AttemptReport } from './resilience/call-policy.js';
import { type ResponseReader, type TransportResponse } from './transport.js';
import { campaignFields } from './wire/campaign.js';
import { readEnvelope, restExceptionStatus, type WireEnvelope } from './wire/envelope.js';
import { type Fields } from './wire/fields.js';
import { rateHeaders } from './wire/headers.js';
import { memoize } from './wire/values.js';

/** Responses of one second have the same date. */
const dateOf = memoize(
  (date): number | undefined => {
    const ms = Date.parse(date);
    return Number.isNaN(ms) ? undefined : ms;
  },
  10,
  undefined,
);

/** Many times the size of a page. Each unreadable item of a longer response would be an error of its own. */
const maximumItems = 5000;

function envelopeOf(json: unknown, { date }: TransportResponse['headers']): WireEnvelope | undefined {
  if (!isObject(json) || !('response' in json)) return undefined;
  if (Array.isArray(json['response']) && json['response'].length > maximumItems) return undefined;
  return readEnvelope(json, typeof date === 'string' ? dateOf(date) : undefined);
}

/**
 * Reads the envelope of a response. The status line, `http_code`, an older layer's `RestException.Status` and the code of a 429 in
 * place of an item may disagree: the first one that is not 2xx counts.
 * @param json the body; undefined if it is not JSON.
 * @throws UpstreamFailure for a refusal, and for a 2xx without an envelope.
 */
export function parseResponse(
  { status, headers }: Omit<TransportResponse, 'text'>,
  json: unknown,
  nowMs: number,
): WireEnvelope {
  const envelope = envelopeOf(json, headers);
  const statuses = [
    status,
    envelope?.httpCode,
    isObject(json) ? restExceptionStatus(json) : undefined,
    envelope && isRateLimited(envelope) ? 429 : undefined,
  ];
  const index = statuses.findIndex((code) => code !== undefined && (code < 200 || code >= 300));
  const refusal = statuses[index];
  if (refusal !== undefined) {
    const furtherStatuses = statuses.slice(index + 1);
    throw failureOfResponse({ status: refusal, furtherStatuses, headers, json, envelope }, nowMs);
  }
  if (!envelope) throw new UpstreamFailure('invalidResponse');
  return envelope;
}

/**
 * Checks that a response has a campaign, the one that was asked for: a layer on the way may swap two responses.
 * @throws UpstreamFailure `invalidResponse`, so that the read is repeated.
 */
function checkIdentity({ items: [item], requestId }: WireEnvelope, sid: string): void {
  const found = isObject(item?.data) ? campaignFields.sid.of(item.data) : undefined;
  const isOther = item && found !== undefined && !isSameSid(found, sid) && !failureOfItem(item);
  if (!item || isOther) throw new UpstreamFailure('invalidResponse', { requestId });
}

/**
 * Checks that the first page of a list has rows, unless the list has none.
 * @throws UpstreamFailure `invalidResponse`, so that the read is repeated.
 */
function checkFirstPage({ items, total, isList, requestId }: WireEnvelope): void {
  const mayBeEmpty = total === undefined ? isList : total === 0;
  if (items.length === 0 && !mayBeEmpty) throw new UpstreamFailure('invalidResponse', { requestId });
}

/** Context of an attempt. */
interface AttemptContext {
  readonly route: Route;
  readonly trace: RequestTrace | undefined;
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
  readonly drift: DriftWatch | undefined;
  /** Fields of the response's rows; those of a campaign by default. */
  readonly fields: Fields | undefined;
  /** The campaign that was asked for, of a request for one. */
  readonly sid: string | undefined;
  /** True for a request for the first page of a list. */
  readonly isFirstPage: boolean;
}

/** Reads the response of one attempt, and reports its rate headers, its drift and its end. */
export class AttemptReader implements ResponseReader<WireEnvelope> {
  readonly #context: AttemptContext;
  readonly #report: AttemptReport;
  readonly #observed: ObservedCall | undefined;

  constructor(context: AttemptContext, report: AttemptReport, observed: ObservedCall | undefined) {
    this.#context = context;
    this.#report = report;
    this.#observed = observed;
  }

  responded(response: TransportResponse): WireEnvelope {
    const { now, drift, route, trace, fields, sid, isFirstPage } = this.#context;
    const { status, headers } = response;
    try {
      this.#report.headers = rateHeaders(headers);
      const json = parseJson(response.text);
      drift?.look(route, status, json, trace, fields);
      const envelope = parseResponse(response, json, now());
      if (sid !== undefined) checkIdentity(envelope, sid);
      if (isFirstPage) checkFirstPage(envelope);
      this.#observed?.end(endOfResponse(status, envelope));
      return envelope;
    } catch (error) {
      this.#observed?.end(endOfFailure(status, error));
      throw error;
    }
  }

  failed(failure: UpstreamFailure): void {
    this.#observed?.end(endOfFailure(undefined, failure));
  }
}

/** End of a request with a readable response. "HTTP 200 can carry a failed item": a single one is a failed request. */
function endOfResponse(status: number, { items, requestId }: WireEnvelope): CallEnd {
  const [only] = items;
  return { status, reason: only && items.length === 1 ? failureOfItem(only)?.reason : undefined, requestId };
}

/** End of a failed request. @param status undefined without a response. */
function endOfFailure(status: number | undefined, error: unknown): CallEnd {
  if (!(error instanceof UpstreamFailure)) return { status, reason: 'unavailable', requestId: undefined };
  const { requestId, errorCode } = error.facts;
  return { status, reason: error.reason, requestId, errorCode };
}
