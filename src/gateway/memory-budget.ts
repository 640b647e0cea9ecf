const mebibyte = 1024 * 1024;

/** Caches of a process, with the share of their budget that each may take and the most that one has a use for. */
const caches = {
  /** Campaigns as they were read. */
  campaigns: { share: 0.15, mostBytes: 40 * mebibyte },
  campaignWindows: { share: 0.1, mostBytes: 24 * mebibyte },
  messageWindows: { share: 0.2, mostBytes: 48 * mebibyte },
  /** Whole answers as bytes; ANSWERS_CACHE_BYTES says another number. */
  responses: { share: 0.2, mostBytes: 32 * mebibyte },
  /** Documents that were parsed and validated. */
  documents: { share: 0.1, mostBytes: 40 * mebibyte },
  /** Operations that were compiled to functions. */
  compiledQueries: { share: 0.12, mostBytes: 64 * mebibyte },
  /** Statuses that messages were called back with before. */
  callbacks: { share: 0.05, mostBytes: 32 * mebibyte },
  /** Events that wait for subscribers that do not keep up. */
  waitingEvents: { share: 0.04, mostBytes: 32 * mebibyte },
  /** Campaigns as all gateways of the account know them. */
  peerCampaigns: { share: 0.04, mostBytes: 16 * mebibyte },
} as const;

/** Bounds in bytes on everything that a process keeps beyond a request. */
export type MemoryBudget = { readonly [Cache in keyof typeof caches]: number } & {
  /** Requests that come in or are being answered, with the values that their JSON was parsed to. */
  readonly requests: number;
  /** How many connections there is room for. */
  readonly connections: number;
  /** Idempotency keys, leases and taken sids, where no Redis has them. What is full refuses: nothing is evicted. */
  readonly state: number;
};

/** All caches of a process together take a third of its heap at most. */
const cachesOfHeap = 1 / 3;
const stateOfHeap = 1 / 8;
const requestsOfHeap = 1 / 8;
/** An idle connection takes less, a WebSocket with a subscription about as much (docs/live.md). */
const [connectionsOfHeap, connectionBytes, mostConnections] = [1 / 6, 24 * 1024, 10_000];
const mostStateBytes = 256 * mebibyte;
const mostRequestBytes = 256 * mebibyte;

/** Divides the heap of a process, in bytes, between what it keeps. */
export function memoryBudget(heapBytes: number): MemoryBudget {
  const all = heapBytes * cachesOfHeap;
  const bound = (share: number, mostBytes: number): number => Math.floor(Math.min(share * all, mostBytes));
  const each = Object.entries(caches).map(([name, { share, mostBytes }]) => [name, bound(share, mostBytes)]);
  return {
    ...(Object.fromEntries(each) as { [Cache in keyof typeof caches]: number }),
    requests: Math.floor(Math.min(requestsOfHeap * heapBytes, mostRequestBytes)),
    connections: Math.floor(Math.min((connectionsOfHeap * heapBytes) / connectionBytes, mostConnections)),
    state: Math.floor(Math.min(stateOfHeap * heapBytes, mostStateBytes)),
  };
}
