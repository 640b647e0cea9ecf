import { type RequestTrace } from '../../domain/request-trace.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type CallEnd, endOfAnswer, endOfFailure, type Route } from './call-observer.js';
import { type DriftWatch } from './drift/drift-watch.js';
import { failureOfAnswer, rateHeaders } from './failure.js';
import { type AttemptReport } from './resilience/call-policy.js';
import { type AnswerReader, type TransportAnswer } from './transport.js';
import { readEnvelope, restExceptionStatus, type WireEnvelope } from './wire/envelope.js';
import { parseJson } from '../../domain/json.js';
import { isObject, memoize } from './wire/values.js';

/** Answers of one second have the same date. */
const dateOf = memoize((date): number | undefined => {
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : ms;
}, 10);

/** Many times what is asked for at once. Each unreadable one of more would be an error of its own. */
const maximumItems = 5000;

function envelopeOf(
  json: Readonly<Record<string, unknown>>,
  { date }: TransportAnswer['headers'],
): WireEnvelope | undefined {
  if (!('response' in json)) return undefined;
  if (Array.isArray(json['response']) && json['response'].length > maximumItems) return undefined;
  return readEnvelope(json, typeof date === 'string' ? dateOf(date) : undefined);
}

/**
 * Opens an answer's envelope.
 *
 * The status line, the envelope's `http_code` and an older layer's `RestException.Status` may disagree; the
 * first of them that says no is believed.
 * @param onBody shown what the body says, undefined where it is no JSON.
 * @throws UpstreamFailure where one says no, or where a 2xx has no envelope.
 */
export function parseResponse(
  { status, headers, text }: TransportAnswer,
  nowMs: number,
  onBody?: (body: unknown) => void,
): WireEnvelope {
  const json = parseJson(text);
  onBody?.(json);
  const opened = isObject(json) ? envelopeOf(json, headers) : undefined;
  const said = [status, opened?.http_code, isObject(json) ? restExceptionStatus(json) : undefined];
  const no = said.find((code) => code !== undefined && (code < 200 || code >= 300));
  if (no !== undefined)
    throw failureOfAnswer(
      { status: no, headers },
      { envelope: opened, isJson: typeof json === 'object' && json !== null },
      nowMs,
    );
  if (!opened) throw new UpstreamFailure('invalidResponse');
  return opened;
}

/** Whom a try is made for, and who looks on. */
export interface AttemptContext {
  readonly route: Route;
  readonly trace: RequestTrace | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly drift: DriftWatch | undefined;
}

/** One try of a request: opens its answer, tells what it says of the budget, and shows how it ended to who watches. */
export class AttemptReader implements AnswerReader<WireEnvelope> {
  readonly #watch: AttemptContext;
  readonly #told: AttemptReport;
  readonly #ended: ((end: CallEnd) => void) | undefined;

  constructor(watch: AttemptContext, told: AttemptReport, ended: ((end: CallEnd) => void) | undefined) {
    this.#watch = watch;
    this.#told = told;
    this.#ended = ended;
  }

  answered(answer: TransportAnswer): WireEnvelope {
    const { now, drift, route, trace } = this.#watch;
    const { status, headers } = answer;
    try {
      this.#told.headers = rateHeaders(headers);
      const envelope = parseResponse(answer, now(), (body) => drift?.look(route, status, body, trace));
      this.#ended?.(endOfAnswer(status, envelope));
      return envelope;
    } catch (error) {
      this.#ended?.(endOfFailure(status, error));
      throw error;
    }
  }

  failed(failure: UpstreamFailure): void {
    this.#ended?.(endOfFailure(undefined, failure));
  }
}
