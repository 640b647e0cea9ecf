/** Direction in which messages may have been lost: those of other instances to this one, or of this one to others. */
export type BusGap = 'receive' | 'send';

/**
 * Publish and subscribe between the instances of one account. Nothing is stored: an instance that is not connected
 * misses the message.
 *
 * Publishing never waits and never fails. A message that can't be sent is dropped, and `onGap` reports it once messages
 * can be sent again. Messages of one instance on one topic arrive in order. An instance does not receive its own messages.
 */
export interface SharedBus {
  /** True if there can be no other instance, so that nothing needs to be published. */
  readonly isAlone: boolean;

  /** False while no messages can be received. */
  readonly isConnected: boolean;

  /** Sends a message to all other instances that subscribe to the topic. */
  publish(topic: string, text: string): void;

  /** Subscribes to the messages of the other instances on a topic. @returns unsubscribes. */
  subscribe(topic: string, listener: (text: string) => void): () => void;

  /** Registers a listener that is called at the end of each gap. */
  onGap(listener: (gap: BusGap) => void): void;

  close(): void;
}
