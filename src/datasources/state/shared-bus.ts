/** What may have got lost: `unheard` is what others said to us, `unsaid` what we said to others. */
export type BusGap = 'unheard' | 'unsaid';

/**
 * What the gateways of one account tell each other, as it happens: nothing is kept, and who is not there hears nothing.
 *
 * Saying never waits and never fails: what can't be said now is dropped, and a gap is told of once it is over. What one
 * says under a topic is heard in that order; one does not hear oneself.
 */
export interface SharedBus {
  /** True where there can be no other gateway: nothing need be said. */
  readonly isAlone: boolean;

  /** False while the others can't be heard. */
  readonly isConnected: boolean;

  /** Tells every other gateway that listens to the topic. */
  publish(topic: string, text: string): void;

  /** Hears what the others say under a topic. @returns ends it. */
  subscribe(topic: string, listener: (text: string) => void): () => void;

  /** Told when a gap is over. */
  onGap(listener: (gap: BusGap) => void): void;

  close(): void;
}
