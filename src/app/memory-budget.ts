import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ConfigError } from '../config/environment/environment.js';
import { largestResponseBytes } from '../datasources/exotel/transport.js';

const mebibyte = 1024 * 1024;

/** Caches of a process: the share of the cache memory that each may take, and the most that it can use. */
const caches = {
  /** Campaigns by sid. */
  campaigns: { share: 0.15, mostBytes: 40 * mebibyte },
  campaignWindows: { share: 0.1, mostBytes: 24 * mebibyte },
  messageWindows: { share: 0.2, mostBytes: 48 * mebibyte },
  /** Response cache; ANSWERS_CACHE_BYTES overrides it. */
  responses: { share: 0.2, mostBytes: 32 * mebibyte },
  /** Prepared documents, with the compiled functions of their queries. */
  documents: { share: 0.22, mostBytes: 104 * mebibyte },
  /** Last statuses of messages, by which repeated callbacks are recognised. */
  callbacks: { share: 0.05, mostBytes: 32 * mebibyte },
  /** Queued events of slow subscribers. */
  waitingEvents: { share: 0.04, mostBytes: 32 * mebibyte },
  /** Campaigns that all instances of the account know. */
  peerCampaigns: { share: 0.04, mostBytes: 16 * mebibyte },
} as const;

/** Everything else that a bound is needed for: the share of the heap that each may take, and the most that it can use. */
const others = {
  /** Request bodies in flight and the values parsed from them. */
  requests: { share: 1 / 8, mostBytes: 256 * mebibyte },
  /** Answers that are being made, until they are written. */
  results: { share: 1 / 8, mostBytes: 256 * mebibyte },
  /** Large responses of the upstream, until the requests that caused them are answered. */
  upstreamBodies: { share: 1 / 8, mostBytes: 256 * mebibyte },
  /** One response of the upstream. While it is read there are its bytes, its text and its values, up to five times as much. */
  upstreamBody: { share: 1 / 20, mostBytes: largestResponseBytes },
  /** Large responses of the upstream to exports, until their clients have read them: no query waits for those. */
  exportBodies: { share: 1 / 16, mostBytes: 128 * mebibyte },
  /** Documents that are being prepared and run, besides the cached ones. */
  documentsInUse: { share: 1 / 10, mostBytes: 256 * mebibyte },
  /** Subscriptions that are open. */
  subscriptions: { share: 1 / 8, mostBytes: 1024 * mebibyte },
  /** Idempotency keys, leases and reserved sids, without Redis. Nothing is evicted: a full state refuses new keys. */
  state: { share: 1 / 8, mostBytes: 256 * mebibyte },
  /** Requests of callers in the last minute. Nothing is evicted: further callers share counts. */
  requestCounts: { share: 1 / 32, mostBytes: 16 * mebibyte },
} as const;

/** Bounds, in bytes, on everything that a process holds longer than a request. */
export type MemoryBudget = Readonly<Record<keyof typeof caches | keyof typeof others, number>> & {
  /** Number of connections, not bytes. */
  readonly connections: number;
  /** Number of operations that wait for a turn of the event loop, not bytes. */
  readonly waitingOperations: number;
};

/** Share of the heap for all caches together. */
const cachesOfHeap = 1 / 3;
/** A WebSocket with a subscription takes about 24 KiB, an idle connection less (docs/live.md). */
const [connectionsOfHeap, connectionBytes, mostConnections] = [1 / 6, 24 * 1024, 10_000];
/** An operation that waits for its turn takes some 2 KiB (measured), besides a large message. */
const [waitingOfHeap, waitingBytes, mostWaiting] = [1 / 16, 4 * 1024, 20_000];

/** Divides the heap of a process, in bytes. */
export function memoryBudget(heapBytes: number): MemoryBudget {
  return {
    ...divided(heapBytes * cachesOfHeap, caches),
    ...divided(heapBytes, others),
    connections: Math.floor(Math.min((connectionsOfHeap * heapBytes) / connectionBytes, mostConnections)),
    waitingOperations: Math.floor(Math.min((waitingOfHeap * heapBytes) / waitingBytes, mostWaiting)),
  };
}

interface Part {
  readonly share: number;
  readonly mostBytes: number;
}

/** The bytes of each part of a whole. */
function divided<Name extends string>(bytes: number, parts: Readonly<Record<Name, Part>>) {
  const bounds = Object.entries<Part>(parts).map(([name, { share, mostBytes }]) => {
    return [name, Math.floor(Math.min(share * bytes, mostBytes))];
  });
  return Object.fromEntries(bounds) as Record<Name, number>;
}

/**
 * Sets V8 flags for a server, whose objects mostly live as long as a request. Call it before any code is hot. The size of
 * the young heap can be set on node's command line only: `npm start` and the image set `--max-semi-space-size`.
 */
export function fitHeapToRequests(): void {
  // Collects the old heap when it has grown by half; Node's default is to wait until it is several times as large.
  setFlagsFromString('--heap-growing-percent=50');
  // V8 allocates objects in the old heap if most of their kind survive a young collection. Under load those are objects of
  // requests that wait for the upstream, and everything they refer to is promoted with them: 1 MB per collection instead
  // of 50 KB, a fifth to a third of the CPU of a query with a list.
  setFlagsFromString('--no-allocation-site-pretenuring');
}

let collect: ((options?: object) => void) | undefined;

/**
 * Collects all garbage at once: some 50 ms for a heap of 200 MB. V8 hardly counts memory outside its heap, such as bytes and
 * long texts, and would keep several times what is in use.
 * @param isThorough true: memory that V8 keeps for later is given back to the system too, which takes several times as long.
 */
export function collectGarbage(isThorough = false): void {
  setFlagsFromString('--expose-gc'); // of contexts that are created from now on
  collect ??= runInNewContext('gc') as (options?: object) => void;
  collect(isThorough ? { type: 'major', flavor: 'last-resort' } : undefined);
}

/** Smallest heap that a gateway starts with: modules and schema take half of it, the largest responses the rest. */
const leastHeapMebibytes = 96;

/**
 * Maximum heap of this process in bytes: `--max-old-space-size` if given, else V8's default.
 * @param nodeOptions the variable NODE_OPTIONS; the command line overrides it.
 */
export function heapBytes(
  nodeOptions: string,
  commandLine: readonly string[] = process.execArgv,
  limitBytes = getHeapStatistics().heap_size_limit,
): number {
  const flags = [...nodeOptions.split(/\s+/), ...commandLine]
    .join(' ')
    .matchAll(/(?:^| )"?--max[-_]old[-_]space[-_]size[= ]"?(\d+)/g);
  const mebibytes = Number([...flags].at(-1)?.[1] ?? 0);
  return mebibytes === 0 ? limitBytes : Math.min(mebibytes * mebibyte, limitBytes);
}

/** Memory of a process outside its old heap: young heap, code, libraries, buffers. */
const besideHeapMebibytes = 160;

/** Resident memory of a process with this heap, in bytes. More is memory that V8 and malloc keep for later. */
export function residentBytes(heap: number): number {
  return heap + besideHeapMebibytes * mebibyte;
}

/** Memory of the primary process of several workers: it serves no requests, but may run the sandbox. */
const primaryMebibytes = 128;

/**
 * Warning that all processes together may take more memory than the container has; undefined if they fit.
 * @param limitBytes memory limit of the container; 0 for none.
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

/** @throws ConfigError for a heap that is too small for a gateway. */
export function refuseSmallHeap(bytes: number): void {
  if (bytes >= leastHeapMebibytes * mebibyte) return;
  throw new ConfigError([
    `NODE_OPTIONS: the heap is ${Math.floor(bytes / mebibyte)} MB, takes ${leastHeapMebibytes} MB or more; ` +
      `set --max-old-space-size=${leastHeapMebibytes} or more, or give the container more memory.`,
  ]);
}
