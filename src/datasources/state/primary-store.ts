import { type CallBook } from './call-book.js';
import { type SharedReadings } from './shared-readings.js';
import { type StoreHealth } from './store-health.js';

/** Readings that can all be forgotten at once. */
export interface HeldReadings extends SharedReadings {
  /** What was read until now is never found again. */
  forgetAll(): Promise<void>;
}

/** What the primary process holds for its workers, and what they can do without: each method fails where it is slow or gone. */
export interface PrimaryStore {
  readonly readings: HeldReadings;
  readonly book: CallBook;
}

/** How a worker asks for it. */
export type PrimaryHealth = StoreHealth<PrimaryStore>;
