import { setTimeout as sleep } from 'node:timers/promises';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { type GraphQLFormattedError } from 'graphql';
import { type Logger } from 'pino';
import { type Caller } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import {
  type OperationResult,
  type ResultBody,
  type ResultStream,
} from '../../operations/operation-result.js';
import { type AdmittedOperation, type OperationPipeline } from '../../operations/pipeline.js';
import { logFields } from '../../domain/request-trace.js';
import { type GracefulShutdown } from '../connections/graceful-shutdown.js';

/** Where a router wants its events, as the request's `extensions.subscription` says. */
interface CallbackTarget {
  readonly url: string;
  readonly id: string;
  readonly verifier: string;
  /** 0: no heartbeats. */
  readonly heartbeatMs: number;
}

/** What router callbacks need. */
export interface RouterCallbacksOptions {
  readonly pipeline: OperationPipeline;
  readonly shutdown: GracefulShutdown;
  /** Whether events may be sent to an address: nobody may make the gateway knock on other doors. */
  readonly mayCallBack: (url: string) => boolean;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

const protocol = { 'subscription-protocol': 'callback/1.0' };
/** The most that a router may take to answer, and to confirm a subscription while its client waits. */
const [timeoutMs, confirmMs] = [10_000, 4000];
/** The most that routers may take to hear that the gateway stops. */
const farewellMs = 1000;
/** The router's own default. */
const usualHeartbeatMs = 5000;
/** A shorter interval would flood the router; a longer one than Node's longest timer would fire at once. */
const [shortestHeartbeatMs, longestHeartbeatMs] = [50, 2 ** 31 - 1];
/** Heartbeats that may fail in a row. */
const maximumFailures = 5;
/** In characters. */
const [longestUrl, longestId] = [2000, 500];

/**
 * Subscriptions whose events a router receives by HTTP callbacks (Apollo's callback protocol 1.0): `check` first and at
 * each heartbeat, `next` for each event, `complete` at the end.
 */
export class RouterCallbacks {
  readonly #options: RouterCallbacksOptions;
  readonly #open = new Set<RouterSubscription>();

  constructor(options: RouterCallbacksOptions) {
    this.#options = options;
    options.shutdown.onBegin(async () => {
      const ended = Promise.all([...this.#open].map((subscription) => subscription.end()));
      await Promise.race([ended, sleep(farewellMs, undefined, { ref: false })]);
    });
  }

  /**
   * Opens a subscription. Scopes and limits are checked, and its source is opened, before anything is sent to the router.
   * @param asked the request's `extensions.subscription`.
   * @returns what the request is answered with.
   */
  async open(admitted: AdmittedOperation, asked: unknown): Promise<OperationResult> {
    const { pipeline, shutdown, mayCallBack, now, logger } = this.#options;
    const { trace, caller } = admitted.request;
    let router: Router;
    try {
      router = new Router(targetIn(asked, mayCallBack));
      if (shutdown.hasBegun)
        throw new GatewayError('SHUTTING_DOWN', 'This gateway is stopping; subscribe again.');
    } catch (error) {
      if (error instanceof GatewayError) return pipeline.refuse(trace, error);
      throw error;
    }
    const events = await pipeline.subscribe(admitted, async () => {
      if (await router.confirms()) return;
      logger.warn(logFields(trace), 'a router did not confirm a subscription at its callback URL');
      throw notConfirmed();
    });
    if ('body' in events) return events;
    const subscription = new RouterSubscription(router, events, caller, now);
    this.#open.add(subscription);
    void subscription.deliver().then((isComplete) => {
      this.#open.delete(subscription);
      if (!isComplete) logger.info(logFields(trace), 'a router takes no more events of a subscription');
    });
    return { body: { data: null }, status: 200, headers: { ...protocol, 'cache-control': 'no-store' } };
  }
}

/** A router that will never take what it is sent: it answered 4xx, or with a redirect. */
class NotTaken extends Error {
  override readonly name = 'NotTaken';
}

const patiently = retry(
  handleWhen((error) => !(error instanceof NotTaken)),
  { maxAttempts: 5, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 1000 }) },
);

type Action = 'check' | 'next' | 'complete';

/** What is sent beside the subscription's id. */
interface Message {
  readonly payload?: ResultBody;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** The callback address of one subscription. */
class Router {
  readonly #target: CallbackTarget;

  constructor(target: CallbackTarget) {
    this.#target = target;
  }

  /** In milliseconds; 0: none. */
  get heartbeatMs(): number {
    return this.#target.heartbeatMs;
  }

  /** Asks whether the router wants the events. */
  async confirms(): Promise<boolean> {
    try {
      const deadline = AbortSignal.timeout(confirmMs);
      await patiently.execute(() => this.send('check', {}, deadline), deadline);
      return true;
    } catch {
      return false;
    }
  }

  /** Sends a message until the router has taken it. @throws where it is gone. */
  async deliver(action: Action, message?: Message): Promise<void> {
    await patiently.execute(() => this.send(action, message));
  }

  /** Sends a message once. @throws NotTaken where it is of no use to send it again; anything else where it may be. */
  async send(action: Action, message: Message = {}, signal = AbortSignal.timeout(timeoutMs)): Promise<void> {
    const { url, id, verifier } = this.#target;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...protocol },
      body: JSON.stringify({ kind: 'subscription', action, id, verifier, ...message }),
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel(); // nothing matters but the status
    if (response.status >= 500) throw new Error(`The router answered ${response.status}.`);
    if (!response.ok) throw new NotTaken();
  }
}

/** One subscription of a router. */
class RouterSubscription {
  readonly #router: Router;
  readonly #events: ResultStream;
  readonly #caller: Caller;
  readonly #now: () => number;
  readonly #left = new AbortController();
  #delivered: Promise<boolean> | undefined;

  constructor(router: Router, events: ResultStream, caller: Caller, now: () => number) {
    this.#router = router;
    this.#events = events;
    this.#caller = caller;
    this.#now = now;
  }

  /** Delivers the events. @returns whether the router has taken them to their end; false where it is gone. */
  deliver(): Promise<boolean> {
    if (this.#router.heartbeatMs > 0) void this.#heartbeats();
    this.#delivered = this.#deliver();
    return this.#delivered;
  }

  /** Ends the subscription, and tells the router. */
  async end(): Promise<void> {
    await this.#events.return();
    await this.#delivered;
  }

  async #deliver(): Promise<boolean> {
    const { signal } = this.#left;
    try {
      for await (const payload of this.#events) {
        if (signal.aborted) return false;
        await this.#router.deliver('next', { payload });
      }
      if (signal.aborted) return false;
      this.#left.abort(); // no heartbeat comes after the end
      await this.#router.deliver('complete', this.#callerHasEnded() ? { errors: [credentialsEnded] } : {});
      return true;
    } catch {
      return false; // the router is gone
    } finally {
      this.#leave();
    }
  }

  async #heartbeats(): Promise<void> {
    const { signal } = this.#left;
    let failures = 0;
    while (failures < maximumFailures) {
      try {
        await sleep(this.#router.heartbeatMs, undefined, { signal, ref: false });
      } catch {
        return; // it has ended
      }
      try {
        await this.#router.send('check');
        failures = 0;
      } catch (error) {
        failures = error instanceof NotTaken ? maximumFailures : failures + 1;
      }
    }
    this.#leave();
  }

  #callerHasEnded(): boolean {
    const { expiresAtMs = Infinity, revoked } = this.#caller;
    return revoked?.aborted === true || expiresAtMs <= this.#now();
  }

  #leave(): void {
    this.#left.abort();
    void this.#events.return();
  }
}

function notConfirmed(): GatewayError {
  return new GatewayError(
    'BAD_USER_INPUT',
    'The router did not confirm the subscription at its callback URL.',
    { argument: 'extensions.subscription.callbackUrl' },
  );
}

const credentialsEnded: GraphQLFormattedError = {
  message: 'The credentials of this subscription have ended.',
  extensions: { code: 'UNAUTHENTICATED' },
};

/** @throws GatewayError `BAD_USER_INPUT` that names what is wrong. */
function targetIn(asked: unknown, mayCallBack: (url: string) => boolean): CallbackTarget {
  const said = (asked ?? {}) as Readonly<Record<string, unknown>>;
  // Routers of version 1 write the names in snake case.
  const url = said['callbackUrl'] ?? said['callback_url'];
  const heartbeatMs = said['heartbeatIntervalMs'] ?? said['heartbeat_interval_ms'] ?? usualHeartbeatMs;
  if (typeof url !== 'string' || url.length > longestUrl || !/^https?:/i.test(url) || !mayCallBack(url))
    throw wrong('callbackUrl', 'Subscription events may not be sent to this callback URL.');
  if (!isHeartbeat(heartbeatMs))
    throw wrong(
      'heartbeatIntervalMs',
      `The heartbeat interval must be 0 or at least ${shortestHeartbeatMs} ms.`,
    );
  return {
    url,
    id: idIn(said, 'subscriptionId', 'subscription_id'),
    verifier: idIn(said, 'verifier', 'verifier'),
    heartbeatMs,
  };
}

function idIn(said: Readonly<Record<string, unknown>>, name: string, formerName: string): string {
  const id = said[name] ?? said[formerName];
  if (typeof id === 'string' && id.length <= longestId) return id;
  throw wrong(name, `The callback's ${name} must be a string of at most ${longestId} characters.`);
}

function isHeartbeat(heartbeatMs: unknown): heartbeatMs is number {
  if (heartbeatMs === 0) return true;
  return (
    Number.isInteger(heartbeatMs) &&
    Number(heartbeatMs) >= shortestHeartbeatMs &&
    Number(heartbeatMs) <= longestHeartbeatMs
  );
}

function wrong(member: string, message: string): GatewayError {
  return new GatewayError('BAD_USER_INPUT', message, { argument: `extensions.subscription.${member}` });
}
