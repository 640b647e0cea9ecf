import { type RateHeaders } from './upstream-count.js';

/** The right to send one call; to be told how that ended. */
export interface Permit {
  /** Its answer, or its failure, is there. */
  answered(headers?: RateHeaders): void;
  /** It was not sent after all. */
  unused(): void;
}
