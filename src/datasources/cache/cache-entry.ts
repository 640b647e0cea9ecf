import { type ReadReport } from './read-report.js';

/** An answer, and when it was read. */
export interface CacheEntry<V> {
  readonly value: V;
  /** Epoch milliseconds. */
  readonly readAtMs: number;
  /** Grows with every reading of the account's gateways: tells which of two is newer where the clock can't. */
  readonly version: number;
  /** True where a write may have changed it since: it is given only where there will be no new one. */
  readonly isInvalidated?: boolean;
}

/** What a caller wants of a read. */
export interface ReadOptions {
  readonly report: ReadReport;
  /** True where the client asked for a fresh read. */
  readonly noCache: boolean;
  /** True for a window that a list which moved is read anew with: nothing that is kept will do, if there is room. */
  readonly refetch?: boolean;
  /** Whom the read is for, where it is not for who waits for its answer: a write, or nobody in particular. */
  readonly priority?: 'write' | 'background';
  /** True where an old answer will not do: an error is better. */
  readonly mustRevalidate?: boolean;
}

/** What is read. */
export type ResourceKind = 'campaign' | 'campaigns' | 'messages';

/**
 * How a read was answered: with what was kept and as good as new, with a new answer, with that of another's call, or
 * with an old one that stood in.
 */
export type ReadOutcome = 'kept' | 'new' | 'shared' | 'stale';

/** Told of every read that was answered. */
export type OnRead = (kind: ResourceKind, answer: ReadOutcome) => void;
