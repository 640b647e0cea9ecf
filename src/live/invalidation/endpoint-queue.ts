import { type Dispatcher } from 'undici';
import { type Telemetry } from '../../domain/telemetry.js';

/** A request to remove entries from a router's cache, as Apollo Router and Cosmo document it. */
export type InvalidationRequest =
  | { readonly kind: 'cache_tag'; readonly subgraphs: readonly string[]; readonly cache_tag: string }
  | { readonly kind: 'subgraph'; readonly subgraph: string };

/** Options of a queue. */
export interface EndpointQueueOptions {
  /** URL of the invalidation endpoint. */
  readonly url: string;
  /** Sent as `Authorization`. */
  readonly key: string;
  /** Name of this subgraph in the supergraph. */
  readonly subgraph: string;
  readonly dispatcher: Dispatcher;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly telemetry: Pick<Telemetry, 'cacheInvalidated'>;
}

/**
 * Changes of this time are sent together. Meanwhile other instances learn of them, and responses that were read before are
 * written, so that a router stores no old one after the request.
 */
const batchMs = 250;
/** Pauses after the first failures; the last one is repeated until the endpoint answers. */
const pausesMs = [100, 200, 400] as const;
const timeoutMs = 3000;
/** Tags in one request, some 100 bytes each. */
const maximumBatch = 500;
/** With more tags waiting, all entries of the subgraph are removed instead. */
export const maximumPending = 10_000;
/** Read of a response; more closes the connection. */
const maximumResponseBytes = 16_384;

/** Tags that wait for one endpoint. Each is sent at least once; equal ones that wait are sent once. */
export class EndpointQueue {
  readonly #options: EndpointQueueOptions;
  readonly #host: string;
  readonly #closing = new AbortController();
  #tags = new Set<string>();
  /** True if all entries of the subgraph are to be removed. */
  #isAll = false;
  #running: Promise<void> | undefined;

  constructor(options: EndpointQueueOptions) {
    this.#options = options;
    this.#host = new URL(options.url).host;
  }

  /** Adds tags of entries that have become stale. Never waits. */
  add(tags: readonly string[]): void {
    if (this.#closing.signal.aborted) return;
    for (const tag of tags) if (!this.#isAll) this.#tags.add(tag);
    if (this.#tags.size > maximumPending) this.#removeAll();
    this.#start();
  }

  /** Sends what waits, without further attempts. */
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

  #removeAll(): void {
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
      if (isAll) this.#removeAll();
      else this.add(batch);
      await this.#pause(pausesMs[Math.min(failures, pausesMs.length - 1)] ?? 0);
      failures += 1;
    }
  }

  /** @returns whether the endpoint has accepted the request. */
  async #send(isAll: boolean, tags: readonly string[]): Promise<boolean> {
    const { url, key, subgraph, dispatcher, telemetry } = this.#options;
    const requests: readonly InvalidationRequest[] = isAll
      ? [{ kind: 'subgraph', subgraph }]
      : tags.map((tag) => ({ kind: 'cache_tag', subgraphs: [subgraph], cache_tag: tag }));
    const { origin, pathname } = new URL(url);
    try {
      const { statusCode, body } = await dispatcher.request({
        origin,
        path: pathname,
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: key },
        body: JSON.stringify(requests),
        signal: AbortSignal.timeout(timeoutMs),
      });
      await body.dump({ limit: maximumResponseBytes });
      const isAccepted = statusCode >= 200 && statusCode < 300;
      telemetry.cacheInvalidated(isAccepted ? 'sent' : 'failed', { host: this.#host, status: statusCode });
      return isAccepted;
    } catch (error) {
      const { code } = error as { readonly code?: unknown };
      const errorCode = typeof code === 'string' ? code : 'no response';
      telemetry.cacheInvalidated('failed', { host: this.#host, errorCode });
      return false;
    }
  }

  /** Waits, unless the queue is closing. */
  async #pause(ms: number): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return;
    let stop = (): void => undefined;
    const closed = new Promise<void>((resolve) => {
      stop = resolve;
    });
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([this.#options.sleep(ms), closed]);
    signal.removeEventListener('abort', stop);
  }
}
