import { Agent, type Dispatcher } from 'undici';
import { campaignTag, listTag } from '../domain/cache-tags.js';
import { type Telemetry } from '../domain/telemetry.js';
import { untilAborted, withTimeout } from '../domain/timeout.js';

/** Options of the invalidation. */
interface CacheInvalidationOptions {
  /** URLs of the invalidation endpoints of routers. */
  readonly endpoints: readonly string[];
  /** Sent as `Authorization`. */
  readonly key: string;
  /** Name of this subgraph in the supergraph. */
  readonly subgraph: string;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly telemetry: Pick<Telemetry, 'cacheInvalidated'>;
}

/** A request to remove entries from a router's cache, as Apollo Router and Cosmo document it. */
type InvalidationRequest =
  | { readonly kind: 'cache_tag'; readonly subgraphs: readonly string[]; readonly cache_tag: string }
  | { readonly kind: 'subgraph'; readonly subgraph: string };

/**
 * Changes within this time are sent together. Meanwhile other instances learn of them, and responses with older data are
 * written, so that a router stores none after the request.
 */
const batchMs = 250;
/** Pauses after failures, each twice as long as the one before. */
const [firstPauseMs, longestPauseMs] = [100, 400];
const timeoutMs = 3000;
/** Tags in one request, some 100 bytes each. */
const maximumBatch = 500;
/** With more tags waiting, all entries of the subgraph are removed instead. */
export const maximumPending = 10_000;
/** Read of a response; more closes the connection. */
const maximumResponseBytes = 16_384;
/** Longest wait for the endpoints during a stop. */
const closeMs = 1000;

/** Tells routers which campaigns have changed, so that they remove them from their caches (docs/federation.md, "Invalidation"). */
export class CacheInvalidation {
  readonly #agent = new Agent({ connections: 1 });
  readonly #queues: readonly EndpointQueue[];

  constructor({ endpoints, ...options }: CacheInvalidationOptions) {
    this.#queues = endpoints.map((url) => new EndpointQueue(new URL(url), this.#agent, options));
  }

  /** Reports a change of a campaign, which may change every list; null: of the lists alone. Never waits. */
  readonly changed = (sid: string | null): void => {
    const tags = sid === null ? [listTag] : [campaignTag(sid), listTag];
    for (const queue of this.#queues) queue.add(tags);
  };

  /** Sends the pending tags, and closes the connections. */
  async close(): Promise<void> {
    await withTimeout(closeMs, Promise.all(this.#queues.map((queue) => queue.close())));
    await this.#agent.destroy();
  }
}

/** Tags that wait for one endpoint. Each is sent at least once; equal ones that wait are sent once. */
export class EndpointQueue {
  readonly #url: URL;
  readonly #dispatcher: Dispatcher;
  readonly #options: Omit<CacheInvalidationOptions, 'endpoints'>;
  readonly #closing = new AbortController();
  #tags = new Set<string>();
  /** True if all entries of the subgraph are to be removed. */
  #isAll = false;
  #running: Promise<void> | undefined;

  /** @param url of the invalidation endpoint. */
  constructor(url: URL, dispatcher: Dispatcher, options: Omit<CacheInvalidationOptions, 'endpoints'>) {
    this.#url = url;
    this.#dispatcher = dispatcher;
    this.#options = options;
  }

  /** Adds tags of entries that have become stale. Never waits. */
  add(tags: readonly string[]): void {
    if (this.#closing.signal.aborted) return;
    for (const tag of tags) if (!this.#isAll) this.#tags.add(tag);
    if (this.#tags.size > maximumPending) this.#replaceByAll();
    this.#start();
  }

  /** Sends the pending tags, without further attempts. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  get #isEmpty(): boolean {
    return !this.#isAll && this.#tags.size === 0;
  }

  #start(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      if (!this.#isEmpty && !this.#closing.signal.aborted) this.#start(); // added after the last look
    });
  }

  #replaceByAll(): void {
    this.#isAll = true;
    this.#tags.clear();
  }

  async #run(): Promise<void> {
    let failures = 0;
    await this.#pause(batchMs);
    while (!this.#isEmpty) {
      const [isAll, batch] = [this.#isAll, [...this.#tags].slice(0, maximumBatch)];
      this.#isAll = false;
      for (const tag of batch) this.#tags.delete(tag);
      if (await this.#send(isAll, batch)) {
        failures = 0;
        continue;
      }
      if (this.#closing.signal.aborted) return;
      if (isAll) this.#replaceByAll();
      else this.add(batch);
      await this.#pause(Math.min(longestPauseMs, firstPauseMs * 2 ** failures));
      failures += 1;
    }
  }

  /** @returns whether the endpoint has accepted the request. */
  async #send(isAll: boolean, tags: readonly string[]): Promise<boolean> {
    const { key, subgraph, telemetry } = this.#options;
    const { host, origin, pathname } = this.#url;
    const requests: readonly InvalidationRequest[] = isAll
      ? [{ kind: 'subgraph', subgraph }]
      : tags.map((tag) => ({ kind: 'cache_tag', subgraphs: [subgraph], cache_tag: tag }));
    try {
      const { statusCode, body } = await this.#dispatcher.request({
        origin,
        path: pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: key },
        body: JSON.stringify(requests),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump({ limit: maximumResponseBytes });
      const isAccepted = statusCode >= 200 && statusCode < 300;
      telemetry.cacheInvalidated(isAccepted ? 'sent' : 'failed', { host, status: statusCode });
      return isAccepted;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      const errorCode = typeof code === 'string' ? code : 'no response';
      telemetry.cacheInvalidated('failed', { host, errorCode });
      return false;
    }
  }

  /** Waits, but no longer than until the queue is closing. */
  async #pause(ms: number): Promise<void> {
    await untilAborted(this.#closing.signal, this.#options.sleep(ms));
  }
}
