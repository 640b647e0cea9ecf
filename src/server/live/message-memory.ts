import { type RequestMemory } from '../limits/request-memory.js';

/** Bytes of a message that are not counted: there are no more of them than connections. */
const freeBytes = 16 * 1024;

/** The memory of a WebSocket message that has not come in as a whole: its sender may take as long as it likes. */
export class MessageMemory {
  readonly #memory: RequestMemory;
  #receivedBytes = 0;
  #heldBytes = 0;
  #release: () => void = () => undefined;

  constructor(memory: RequestMemory) {
    this.#memory = memory;
  }

  /** Notes bytes that came in. @throws GatewayError OVERLOADED where there is no room for them. */
  received(bytes: number): void {
    this.#receivedBytes += bytes;
    if (this.#receivedBytes <= Math.max(freeBytes, this.#heldBytes)) return;
    const wanted = 2 * this.#receivedBytes; // few steps, however small the pieces are
    this.#letGo();
    this.#release = this.#memory.hold(wanted);
    this.#heldBytes = wanted;
  }

  /** The message is complete, or will never be. */
  end(): void {
    this.#receivedBytes = 0;
    this.#letGo();
  }

  #letGo(): void {
    this.#release();
    this.#release = () => undefined;
    this.#heldBytes = 0;
  }
}
