import { Agent } from 'undici';
import { campaignTag, listTag } from '../../domain/cache-tags.js';
import { withTimeout } from '../../domain/timeout.js';
import { EndpointQueue, type EndpointQueueOptions } from './endpoint-queue.js';

/** Options of the invalidation. */
export interface CacheInvalidationOptions extends Pick<
  EndpointQueueOptions,
  'key' | 'subgraph' | 'sleep' | 'telemetry'
> {
  /** URLs of the invalidation endpoints of routers. */
  readonly endpoints: readonly string[];
}

/** Longest wait for the endpoints during a stop. */
const closeMs = 1000;

/** Tells routers which campaigns have changed, so that they remove them from their caches (docs/federation.md, "Invalidation"). */
export class CacheInvalidation {
  readonly #agent = new Agent({ connections: 1 });
  readonly #queues: readonly EndpointQueue[];

  constructor({ endpoints, ...options }: CacheInvalidationOptions) {
    this.#queues = endpoints.map((url) => new EndpointQueue({ ...options, url, dispatcher: this.#agent }));
  }

  /** Reports a change of a campaign, which may change every list; null: of the lists alone. Never waits. */
  readonly changed = (sid: string | null): void => {
    const tags = sid === null ? [listTag] : [campaignTag(sid), listTag];
    for (const queue of this.#queues) queue.add(tags);
  };

  /** Sends what waits, and closes the connections. */
  async close(): Promise<void> {
    await withTimeout(closeMs, Promise.all(this.#queues.map((queue) => queue.close())));
    await this.#agent.destroy();
  }
}
