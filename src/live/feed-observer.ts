import { type Transport } from '../domain/trail.js';

/** What can be subscribed to. */
export type LiveField = 'campaignUpdated' | 'messageStatusChanged';

/** Told of who listens, and of what they are told. */
export interface FeedObserver {
  /**
   * Somebody listens.
   * @param over how they came.
   * @returns who is told, once, that they have left.
   */
  opened(field: LiveField, over: Transport): () => void;
  /** Something changed that somebody listens to: told once, however many they are. */
  published(field: LiveField): void;
  /** A subscriber that does not keep up misses an event: of campaigns the newer replaces it. */
  dropped(field: LiveField): void;
}
