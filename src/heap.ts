import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { ConfigError } from './config/environment.js';

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

const mebibyte = 1024 * 1024;
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
