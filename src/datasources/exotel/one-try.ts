import { type Trail } from '../../domain/trail.js';
import { type UpstreamFailure } from '../../domain/upstream-failure.js';
import { openEnvelope } from './answer.js';
import { type CallEnd, endOfAnswer, endOfFailure, type Route } from './call-observer.js';
import { type DriftWatch } from './drift/drift-watch.js';
import { type AnswerReader } from './exchange.js';
import { rateHeaders } from './failure.js';
import { type Told } from './policy/call-policy.js';
import { type TransportAnswer } from './transport.js';
import { type WireEnvelope } from './wire/envelope.js';

/** Whom a try is made for, and who looks on. */
export interface TryWatch {
  readonly route: Route;
  readonly trail: Trail | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly drift: DriftWatch | undefined;
}

/** One try of a request: opens its answer, tells what it says of the budget, and shows how it ended to who watches. */
export class OneTry implements AnswerReader<WireEnvelope> {
  readonly #watch: TryWatch;
  readonly #told: Told;
  readonly #ended: ((end: CallEnd) => void) | undefined;

  constructor(watch: TryWatch, told: Told, ended: ((end: CallEnd) => void) | undefined) {
    this.#watch = watch;
    this.#told = told;
    this.#ended = ended;
  }

  answered(answer: TransportAnswer): WireEnvelope {
    const { now, drift, route, trail } = this.#watch;
    const { status, headers } = answer;
    try {
      this.#told.headers = rateHeaders(headers);
      const envelope = openEnvelope(answer, now(), (body) => drift?.look(route, status, body, trail));
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
