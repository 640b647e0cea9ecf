import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { ConfigError } from '../config/environment.js';

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

/**
 * Fits V8's heap to a server, whose objects live as long as a request and no longer. To be called before anything runs
 * often. How large the young heap may become can only be said on node's command line: `npm start` and the image do, with
 * `--max-semi-space-size`.
 */
export function fitHeapToRequests(): void {
  // To look for what is no longer used once the heap is half as large again as what was in use, where Node waits for
  // several times that.
  setFlagsFromString('--heap-growing-percent=50');
  // Where most objects of a kind outlive a collection of the young, V8 makes all that follow among the old. Under load
  // those are objects of requests that wait for the upstream, and what they hold is then taken for old too: 1 MB at each
  // collection in place of 50 KB, a fifth to a third of the CPU of a query with a list.
  setFlagsFromString('--no-allocation-site-pretenuring');
}
/** Modules and schema take half of it; what is left must hold the largest answers. */
const leastHeapMebibytes = 96;

/**
 * Bytes that the heap of this process may take: `--max-old-space-size` where it is given, or else V8's own limit.
 * @param nodeOptions the variable NODE_OPTIONS; the command line stands above it.
 */
export function heapBytes(
  nodeOptions: string,
  commandLine: readonly string[] = process.execArgv,
  limitBytes = getHeapStatistics().heap_size_limit,
): number {
  const said = [...nodeOptions.split(/\s+/), ...commandLine]
    .join(' ')
    .matchAll(/(?:^| )"?--max[-_]old[-_]space[-_]size[= ]"?(\d+)/g);
  const mebibytes = Number([...said].at(-1)?.[1] ?? 0);
  return mebibytes === 0 ? limitBytes : Math.min(mebibytes * mebibyte, limitBytes);
}

/** What a process takes beside its old objects: young ones, code and libraries, buffers on their way. */
const besideHeapMebibytes = 160;

/** What the primary process of several workers takes: it answers no requests, but may run the sandbox. */
const primaryMebibytes = 128;

/**
 * Says that all processes together may take more memory than there is; undefined where they can't.
 * @param limitBytes of the container, for all processes in it; 0 where there is none.
 */
export function memoryProblem(
  workers: number,
  heap: number,
  limitBytes = process.constrainedMemory(),
): string | undefined {
  const heapMebibytes = Math.floor(heap / mebibyte);
  const needed = workers * (heapMebibytes + besideHeapMebibytes) + (workers > 1 ? primaryMebibytes : 0);
  const limit = Math.floor(limitBytes / mebibyte);
  if (limit === 0 || needed <= limit) return undefined;
  const processes = workers === 1 ? 'a process' : `a primary process and ${workers} workers`;
  return `${processes} with a heap of ${heapMebibytes} MB may take ${needed} MB, the container has ${limit} MB (--max-old-space-size, WORKERS)`;
}

/** @throws ConfigError for a heap that a gateway would run out of. */
export function refuseSmallHeap(bytes: number): void {
  if (bytes >= leastHeapMebibytes * mebibyte) return;
  throw new ConfigError([
    `NODE_OPTIONS: the heap is ${Math.floor(bytes / mebibyte)} MB, takes ${leastHeapMebibytes} MB or more; ` +
      `set --max-old-space-size=${leastHeapMebibytes} or more, or give the container more memory.`,
  ]);
}
