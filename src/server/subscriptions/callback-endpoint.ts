import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { type GraphQLFormattedError } from 'graphql';
import { GatewayError } from '../../domain/errors.js';
import { type ResultBody } from '../../operations/operation-result.js';

/** Header of every message and of the response that opens a subscription. */
export const protocol = { 'subscription-protocol': 'callback/1.0' };
/** Time for a router to answer, and to confirm a subscription while its client waits. */
const [timeoutMs, confirmTimeoutMs] = [10_000, 4000];
/** The router's own default. */
const defaultHeartbeatMs = 5000;
/** A shorter interval would flood the router; a longer one exceeds Node's longest timer, which would then fire at once. */
const [shortestHeartbeatMs, longestHeartbeatMs] = [50, 2 ** 31 - 1];
/** In characters. */
const [longestUrl, longestId] = [2000, 500];

/** Statuses below 500 of a router, or of a proxy before it, that may take the message later (RFC 9110, 8470 and 6585). */
const temporary: ReadonlySet<number> = new Set([408, 421, 425, 429]);

/** A router that answered 4xx or with a redirect, and would again. */
export class RejectedByRouter extends Error {
  override readonly name = 'RejectedByRouter';
}

const withRetries = retry(
  handleWhen((error) => !(error instanceof RejectedByRouter)),
  { maxAttempts: 5, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1000 }) },
);

type Action = 'check' | 'next' | 'complete';

/** Content of a callback besides the subscription's id. */
interface Message {
  readonly payload?: ResultBody;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** A router's callback endpoint for one subscription. */
export class Router {
  readonly #target: CallbackTarget;
  readonly #takeTimeoutMs: number;

  /** @param takeTimeoutMs time in which the router must take a message, with all attempts. */
  constructor(target: CallbackTarget, takeTimeoutMs: number) {
    this.#target = target;
    this.#takeTimeoutMs = takeTimeoutMs;
  }

  /** 0: no heartbeats. */
  get heartbeatMs(): number {
    return this.#target.heartbeatMs;
  }

  /** Asks whether the router wants the events. @param stop ends the attempts. */
  confirms(stop: AbortSignal): Promise<boolean> {
    const deadline = AbortSignal.any([AbortSignal.timeout(confirmTimeoutMs), stop]);
    const confirmed = withRetries.execute(() => this.check(deadline), deadline);
    return confirmed.then(
      () => true,
      () => false,
    );
  }

  /**
   * Sends a message until the router takes it. The message is written at once, and may be emptied then.
   * @param stop ends the attempts.
   * @throws if the router is gone, or has not taken it in time.
   */
  async deliver(action: 'next' | 'complete', message: Message, stop?: AbortSignal): Promise<void> {
    const body = this.#bodyOf(action, message);
    const timeout = AbortSignal.timeout(this.#takeTimeoutMs);
    const deadline = stop ? AbortSignal.any([timeout, stop]) : timeout;
    await withRetries.execute(() => this.#post(body, deadline), deadline);
  }

  /** Sends `check` once. @throws RejectedByRouter if a retry is useless; another error otherwise. */
  async check(stop: AbortSignal): Promise<void> {
    await this.#post(this.#bodyOf('check', {}), stop);
  }

  #bodyOf(action: Action, message: Message): Uint8Array {
    const { id, verifier } = this.#target;
    return Buffer.from(JSON.stringify({ kind: 'subscription', action, id, verifier, ...message }));
  }

  async #post(body: Uint8Array, stop: AbortSignal): Promise<void> {
    const timeout = AbortSignal.timeout(timeoutMs);
    const { url } = this.#target;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...protocol },
      body,
      redirect: 'manual',
      signal: AbortSignal.any([timeout, stop]),
    });
    await response.body?.cancel(); // only the status matters
    if (response.status >= 500 || temporary.has(response.status))
      throw new Error(`The router answered ${response.status}.`);
    if (!response.ok) throw new RejectedByRouter();
  }
}

/** A valid `extensions.subscription`. */
interface CallbackTarget {
  readonly url: string;
  readonly id: string;
  readonly verifier: string;
  /** 0: no heartbeats. */
  readonly heartbeatMs: number;
}

/** Reads a request's `extensions.subscription`. @throws GatewayError `BAD_USER_INPUT` that names the invalid member. */
export function targetIn(extension: unknown, mayCallBack: (url: string) => boolean): CallbackTarget {
  const members = (extension ?? {}) as Readonly<Record<string, unknown>>;
  // Routers of version 1 use snake case.
  const url = members['callbackUrl'] ?? members['callback_url'];
  const heartbeatMs =
    members['heartbeatIntervalMs'] ?? members['heartbeat_interval_ms'] ?? defaultHeartbeatMs;
  const id = members['subscriptionId'] ?? members['subscription_id'];
  if (typeof url !== 'string' || url.length > longestUrl || !/^https?:/i.test(url))
    throw invalid(
      'callbackUrl',
      `The callback URL must be an http(s) URL of at most ${longestUrl} characters.`,
    );
  if (!mayCallBack(url))
    throw invalid(
      'callbackUrl',
      'Subscription events may not be sent to the origin of this callback URL. SUBSCRIPTION_CALLBACK_ORIGINS of the gateway lists the allowed ones.',
    );
  if (!isHeartbeat(heartbeatMs))
    throw invalid(
      'heartbeatIntervalMs',
      `The heartbeat interval must be 0, or a whole number of milliseconds from ${shortestHeartbeatMs} to ${longestHeartbeatMs}.`,
    );
  return {
    url,
    id: textOf(id, 'subscriptionId'),
    verifier: textOf(members['verifier'], 'verifier'),
    heartbeatMs,
  };
}

function textOf(value: unknown, member: string): string {
  if (typeof value === 'string' && value.length <= longestId) return value;
  throw invalid(member, `The callback's ${member} must be a string of at most ${longestId} characters.`);
}

function isHeartbeat(value: unknown): value is number {
  if (typeof value !== 'number' || !Number.isInteger(value)) return false;
  return value === 0 || (value >= shortestHeartbeatMs && value <= longestHeartbeatMs);
}

/** An error that names a member of `extensions.subscription`. */
export function invalid(member: string, message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: `extensions.subscription.${member}` });
}
