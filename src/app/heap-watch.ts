import { constants, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { type Logger } from 'pino';

/**
 * The heap is full when live objects take this share of it. V8 ends a process whose heap stays over 80 % through several
 * collections in a row.
 */
const fullShare = 0.75;
/** Above this share, garbage included, V8 has collected too late or in vain. */
const urgentShare = 0.9;
/** Share of the heap that bytes and long texts outside of it may take besides. V8 hardly counts them. */
const externalShare = 0.2;
/** The heap is looked at once in this time at most. */
const sampleMs = 10;
/** Garbage is collected, to see what is alive, once in this time at most: it takes some 50 to 100 ms. */
const collectMs = 500;
/** The resident memory is looked at once in this time at most: it is a file of the system. */
const residentSampleMs = 50;
/** Memory is given back to the system once in this time at most: it takes some 300 ms. */
const giveBackMs = 5000;
/** A full heap is logged once in this time at most. */
const logMs = 60_000;

/** Memory in use, garbage included. */
export interface UsedMemory {
  readonly heapBytes: number;
  /** Bytes and long texts that objects of the heap refer to. */
  readonly externalBytes: number;
}

/** Machine and clock of a heap watch. */
interface HeapWatchOptions {
  /** Maximum of the old heap. */
  readonly limitBytes: number;
  /** What is in use. Default: V8's statistics. */
  readonly used?: (() => UsedMemory) | undefined;
  /** Usual maximum of the resident memory. */
  readonly residentLimitBytes: number;
  /** Resident memory of the process. Default: the system's. */
  readonly residentBytes?: (() => number) | undefined;
  /** Collects all garbage at once. @param isThorough true: gives unused memory back to the system. */
  readonly collectGarbage: (isThorough: boolean) => void;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly logger: Pick<Logger, 'warn'>;
}

/**
 * The last bound on memory. Every kind of thing in memory has a bound of its own (`memory-budget.ts`), but together they are
 * more than the heap, since they are hardly ever used up at once. When live objects nearly fill the heap, whatever they are,
 * caches are emptied first; if that is not enough, `isFull` lets the gates refuse and delay new work until it is.
 */
export class HeapWatch {
  readonly #options: HeapWatchOptions;
  readonly #used: () => UsedMemory;
  readonly #observer: PerformanceObserver;
  readonly #evictions: (() => void)[] = [];
  #isFull = false;
  /** The heap was nearly full after V8 had collected: live objects, or garbage of the moment since. */
  #isDoubtful = false;
  #sampledAtMs = -Infinity;
  #collectedAtMs = -Infinity;
  #loggedAtMs = -Infinity;
  #residentSampledAtMs: number;
  #gaveBackAtMs = -Infinity;

  constructor(options: HeapWatchOptions) {
    this.#options = options;
    this.#used = options.used ?? usedMemory;
    this.#residentSampledAtMs = options.now();
    this.#observer = new PerformanceObserver((list) => {
      const isMajor = list.getEntries().some(isMajorCollection);
      if (isMajor && this.#isOver(fullShare)) this.#isDoubtful = true;
    });
    this.#observer.observe({ entryTypes: ['gc'] });
  }

  /** Registers a cache to be emptied when the heap is full. */
  onFull(evict: () => void): void {
    this.#evictions.push(evict);
  }

  /** True while live objects nearly fill the heap. */
  readonly isFull = (): boolean => {
    const nowMs = this.#options.now();
    if (nowMs - this.#sampledAtMs < sampleMs) return this.#isFull;
    this.#sampledAtMs = nowMs;
    const isInQuestion = this.#isFull || this.#isDoubtful || this.#isOver(urgentShare);
    if (this.#isResidentOver(nowMs)) this.#collect(true);
    else if (isInQuestion && nowMs - this.#collectedAtMs >= collectMs) this.#collect();
    return this.#isFull;
  };

  /** Collects all garbage, and empties the caches if the heap is full nevertheless. */
  readonly collect = (): void => {
    this.#collect();
  };

  #collect(isThorough = false): void {
    const { collectGarbage, now } = this.#options;
    const wasFull = this.#isFull;
    collectGarbage(isThorough);
    if (this.#isOver(fullShare) && !wasFull) {
      for (const evict of this.#evictions) evict();
      collectGarbage(false);
    }
    this.#isFull = this.#isOver(fullShare);
    this.#isDoubtful = false;
    this.#collectedAtMs = now();
    if (this.#isFull) this.#log();
  }

  /** Whether memory is to be given back. V8 and malloc keep what they have freed, up to a third of the resident memory. */
  #isResidentOver(nowMs: number): boolean {
    if (nowMs - this.#residentSampledAtMs < residentSampleMs) return false;
    if (nowMs - this.#gaveBackAtMs < giveBackMs) return false;
    this.#residentSampledAtMs = nowMs;
    const { residentLimitBytes, residentBytes = () => process.memoryUsage.rss() } = this.#options;
    const isOver = residentBytes() > residentLimitBytes;
    if (isOver) this.#gaveBackAtMs = nowMs;
    return isOver;
  }

  close(): void {
    this.#observer.disconnect();
  }

  #isOver(share: number): boolean {
    const { limitBytes } = this.#options;
    const { heapBytes, externalBytes } = this.#used();
    return heapBytes > share * limitBytes || heapBytes + externalBytes > (share + externalShare) * limitBytes;
  }

  #log(): void {
    const { limitBytes, logger, now } = this.#options;
    if (now() - this.#loggedAtMs < logMs) return;
    this.#loggedAtMs = now();
    logger.warn({ ...this.#used(), limitBytes }, 'heap full, refusing operations');
  }
}

function usedMemory(): UsedMemory {
  const { used_heap_size: heapBytes, external_memory: externalBytes } = getHeapStatistics();
  return { heapBytes, externalBytes };
}

/** Whether an entry of type `gc` is of a collection of the old heap. */
function isMajorCollection(entry: object): boolean {
  const detail: unknown = 'detail' in entry ? entry.detail : undefined;
  const kind = typeof detail === 'object' && detail !== null && 'kind' in detail ? detail.kind : undefined;
  return kind === constants.NODE_PERFORMANCE_GC_MAJOR;
}
