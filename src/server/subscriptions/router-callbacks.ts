import { setTimeout as sleep } from 'node:timers/promises';
import { type GraphQLFormattedError } from 'graphql';
import { type Logger } from 'pino';
import { haveCredentialsEnded, watchCredentials } from '../../auth/credentials-end.js';
import { attempt, GatewayError } from '../../domain/errors.js';
import { logFields } from '../../domain/requests/request-trace.js';
import { type OperationResult, type ResultStream } from '../../operations/operation-result.js';
import { type AdmittedOperation, type OperationPipeline } from '../../operations/pipeline.js';
import { credentialsEnded } from '../../operations/subscription-events.js';
import { untilAborted, withTimeout } from '../../domain/timeout.js';
import { credentialsDeadlineMs } from '../connections/credentials-deadline.js';
import { type GracefulShutdown, stoppingMessage } from '../connections/graceful-shutdown.js';
import { invalid, protocol, RejectedByRouter, Router, targetIn } from './callback-endpoint.js';

/** Dependencies of `RouterCallbacks`. */
interface RouterCallbacksOptions {
  readonly pipeline: OperationPipeline;
  readonly shutdown: GracefulShutdown;
  /** Whether events may be sent to a URL. Otherwise callers could send requests into the internal network. */
  readonly mayCallBack: (url: string) => boolean;
  /** A router that does not take an event for this time loses its subscription. */
  readonly readTimeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly logger: Logger;
}

/** Time for routers to receive `complete` during a shutdown. */
const shutdownTimeoutMs = 1000;
/** Heartbeats that may fail in a row. */
const maximumFailures = 5;
/**
 * Subscriptions whose events a router receives by HTTP callbacks (Apollo's callback protocol 1.0): first `check`, and again
 * at each heartbeat; `next` for each event; `complete` at the end.
 */
export class RouterCallbacks {
  readonly #options: RouterCallbacksOptions;
  readonly #open = new Set<RouterSubscription>();

  constructor(options: RouterCallbacksOptions) {
    this.#options = options;
    options.shutdown.onBegin(async () => {
      const ends = Promise.all([...this.#open].map((subscription) => subscription.end()));
      await withTimeout(shutdownTimeoutMs, ends);
    });
  }

  /**
   * Opens a subscription. Scopes and limits are checked, and its source is opened, before anything is sent to the router.
   * @param extension the request's `extensions.subscription`.
   * @returns the response to the request.
   */
  async open(admitted: AdmittedOperation, extension: unknown): Promise<OperationResult> {
    const { pipeline, shutdown, mayCallBack, readTimeoutMs, now, logger } = this.#options;
    const { trace, caller } = admitted.request;
    const router = attempt(() => new Router(targetIn(extension, mayCallBack), readTimeoutMs));
    if (router instanceof GatewayError) return pipeline.refuse(trace, router);
    if (shutdown.hasBegun) return pipeline.refuse(trace, new GatewayError('SHUTTING_DOWN', stoppingMessage));
    const credentials = watchCredentials(caller, now);
    const events = await pipeline.subscribe(admitted, async () => {
      if (await router.confirms(credentials.ended)) return;
      if (credentials.ended.aborted) throw new GatewayError('UNAUTHENTICATED', credentialsEnded);
      logger.warn(logFields(trace), 'a router did not confirm a subscription at its callback URL');
      throw invalid('callbackUrl', 'The router did not confirm the subscription at its callback URL.');
    });
    if ('body' in events) {
      credentials.stop();
      return events;
    }
    const subscription = new RouterSubscription(router, events, {
      end: credentials.ended,
      haveEnded: () => credentials.ended.aborted || haveCredentialsEnded(caller, now()),
    });
    this.#open.add(subscription);
    void subscription.delivered.then((isComplete) => {
      credentials.stop();
      this.#open.delete(subscription);
      if (!isComplete) logger.info(logFields(trace), 'a router takes no more events of a subscription');
    });
    return { body: { data: null }, status: 200, headers: { ...protocol, 'cache-control': 'no-store' } };
  }
}

/** Credentials of the caller of a subscription. */
interface WatchedCredentials {
  /** Aborted once they end: at once, or some seconds after the clock was set. */
  readonly end: AbortSignal;
  readonly haveEnded: () => boolean;
}

/** One subscription of a router, which begins at once. Once the credentials of its caller end, only `complete` is sent. */
class RouterSubscription {
  readonly #router: Router;
  readonly #events: ResultStream;
  readonly #credentials: WatchedCredentials;
  /** Aborted when the subscription ends, for whatever reason: ends every wait. */
  readonly #ended = new AbortController();
  /** True once the router has received all events; false if it is gone. */
  readonly delivered: Promise<boolean>;

  constructor(router: Router, events: ResultStream, credentials: WatchedCredentials) {
    this.#router = router;
    this.#events = events;
    this.#credentials = credentials;
    const leave = (): void => {
      this.#leave();
    };
    if (credentials.end.aborted) leave();
    else credentials.end.addEventListener('abort', leave, { once: true, signal: this.#ended.signal });
    if (router.heartbeatMs > 0) void this.#sendHeartbeats();
    this.delivered = this.#deliver();
  }

  /** Ends the subscription, and sends `complete` to the router. */
  async end(): Promise<void> {
    await this.#events.return();
    await this.delivered;
  }

  async #deliver(): Promise<boolean> {
    try {
      const isGone = !(await this.#deliverEvents()) && !this.#credentials.end.aborted;
      if (isGone) return false;
      this.#ended.abort(); // no heartbeat after the end
      if (this.#credentials.haveEnded()) await this.#reportCredentialsEnd();
      else await this.#router.deliver('complete', {});
      return true;
    } catch {
      return false; // the router is gone
    } finally {
      this.#leave();
    }
  }

  #reportCredentialsEnd(): Promise<void> {
    const deadline = AbortSignal.timeout(credentialsDeadlineMs);
    return this.#router.deliver('complete', { errors: [credentialsError] }, deadline);
  }

  /** @returns whether the events have ended; false if the subscription ended before them. */
  async #deliverEvents(): Promise<boolean> {
    const { signal } = this.#ended;
    try {
      for (;;) {
        const event = await untilAborted(signal, this.#events.next());
        if (!event || signal.aborted) return false;
        if (event.done) return true;
        await this.#router.deliver('next', { payload: event.value }, signal);
      }
    } catch {
      return false;
    }
  }

  async #sendHeartbeats(): Promise<void> {
    const { signal } = this.#ended;
    let failures = 0;
    while (failures < maximumFailures) {
      try {
        await sleep(this.#router.heartbeatMs, undefined, { signal, ref: false });
      } catch {
        return; // the subscription has ended
      }
      try {
        await this.#router.check(signal);
        failures = 0;
      } catch (error) {
        failures = error instanceof RejectedByRouter ? maximumFailures : failures + 1;
      }
    }
    this.#leave();
  }

  #leave(): void {
    this.#ended.abort();
    void this.#events.return();
  }
}

const credentialsError: GraphQLFormattedError = {
  message: credentialsEnded,
  extensions: { code: 'UNAUTHENTICATED' },
};
