import { Semaphore } from 'async-mutex';

/** Smaller events, in characters, don't wait for others. */
const largeEvent = 64 * 1024;

/** Bounds the memory of large events that routers are slow to take. */
export class LargeEvents {
  readonly #maximumBytes: number;
  readonly #free: Semaphore;

  /** @param maximumBytes of all large events that are being sent; 0: no limit. */
  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
    this.#free = new Semaphore(Math.max(1, maximumBytes));
  }

  /** Sends an event as JSON, once there is memory for it. @throws what `send` throws. */
  async inTurn(content: object, send: (body: Uint8Array) => Promise<void>): Promise<void> {
    const small = smallBodyOf(content, this.#maximumBytes === 0 ? Infinity : largeEvent);
    if (typeof small !== 'number') await send(small);
    else await this.#free.runExclusive(() => send(bodyOf(content)), Math.min(small, this.#maximumBytes));
  }
}

/** The body of an event that is not large; the number of its bytes otherwise, since an event that waits should not hold them. */
function smallBodyOf(content: object, large: number): Uint8Array | number {
  const text = JSON.stringify(content);
  return text.length < large ? Buffer.from(text) : Buffer.byteLength(text);
}

function bodyOf(content: object): Uint8Array {
  return Buffer.from(JSON.stringify(content));
}
