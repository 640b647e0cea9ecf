import { type SandboxState } from '../state.js';
import { type PageMaximums } from '../query/paging.js';
import { type Rewriting } from '../rewriting.js';

/** A request as the operations see it. */
export interface Call {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly rawBody: string;
  /** The campaign's sid, where the path has one. */
  readonly id: string;
}

/** What the operations work with. */
export interface Upstream {
  readonly state: SandboxState;
  readonly maximums: PageMaximums;
  readonly rewriting: Rewriting;
}

/** What an operation found or made; the envelope is put around it later. */
export interface Outcome {
  readonly data: unknown;
  readonly metadata?: Metadata;
}

/** The `metadata` of a page. */
export interface Metadata {
  readonly count: number;
  readonly offset: number;
  readonly total: number;
  readonly limit: number;
}

/** One thing the API does; it throws an ApiFailure where the API refuses. */
export type Operation = (upstream: Upstream, call: Call) => Outcome;
