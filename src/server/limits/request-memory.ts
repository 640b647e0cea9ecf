import { GatewayError } from '../../domain/errors.js';
import { parsedSizes } from '../../domain/json.js';

/** A request that takes less is not counted: there are no more of them than connections. */
const smallBytes = 8192;
/** Of JSON of this length no more than that can come: brackets alone take 22 times their length. */
export const smallJsonBytes = Math.floor(smallBytes / 22);
const retryAfterSeconds = 1;

/**
 * Memory of requests: bodies that come in, and the values that they were parsed to, until each request is answered. JSON
 * can take twenty times its length, so a few hundred large bodies would take all there is.
 */
export class RequestMemory {
  readonly #maximumBytes: number;
  #heldBytes = 0;

  /** @param maximumBytes of all requests together. */
  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** Bytes that are held, estimated. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Holds memory for a request.
   * @returns releases it; it may be called more than once.
   * @throws GatewayError OVERLOADED where there is no room.
   */
  hold(bytes: number): () => void {
    if (bytes <= smallBytes) return nothingToRelease;
    if (this.#heldBytes + bytes > this.#maximumBytes)
      throw new GatewayError('OVERLOADED', 'The gateway has no room for another large request.', {
        retryAfter: retryAfterSeconds,
      });
    this.#heldBytes += bytes;
    let isHeld = true;
    return () => {
      if (isHeld) this.#heldBytes -= bytes;
      isHeld = false;
    };
  }
}

const nothingToRelease = (): void => undefined;

const [brace, bracket, colon, comma] = Buffer.from('{[:,');

/** The memory that JSON takes with the values that it is parsed to: this or less. */
export function parsedBytes(json: Buffer): number {
  let bytes = 2 * json.length;
  for (const byte of json)
    if (byte === brace || byte === bracket) bytes += parsedSizes.container;
    else if (byte === colon) bytes += parsedSizes.member;
    else if (byte === comma) bytes += parsedSizes.item;
  return bytes;
}
