/** One end of the channel between two processes. */
export interface Pipe {
  readonly isOpen: boolean;
  /** @param onSent told once the message is on its way, or that it will never be. */
  send(message: object, onSent: (error: Error | null) => void): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
}

/** What Node gives either end: a child to its parent, and this process itself to the child. */
interface Peer {
  readonly connected: boolean;
  send?(
    message: object,
    handle: undefined,
    options: undefined,
    onSent: (error: Error | null) => void,
  ): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** The channel to a child, or of a child to its parent. */
export function pipeTo(peer: Peer): Pipe {
  return {
    get isOpen() {
      return peer.connected;
    },
    send: (message, onSent) => {
      // Without a callback, a channel that has closed meanwhile would end the process.
      if (peer.send) peer.send(message, undefined, undefined, onSent);
      else onSent(new Error('there is no channel'));
    },
    onMessage: (listener) => void peer.on('message', listener),
    onClose: (listener) => void peer.on('disconnect', listener),
  };
}
