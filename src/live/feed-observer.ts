/** What can be subscribed to. */
export type LiveField = 'campaignUpdated' | 'messageStatusChanged';

/** Told of who listens, and of what they are told. */
export interface FeedObserver {
  /** Somebody listens. @returns who is told, once, that they have left. */
  opened(field: LiveField): () => void;
  /** Something changed that somebody listens to: told once, however many they are. */
  published(field: LiveField): void;
  /** A subscriber that does not keep up misses an event: of campaigns the newer replaces it. */
  dropped(field: LiveField): void;
}
