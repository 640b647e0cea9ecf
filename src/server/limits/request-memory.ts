import { overloaded } from '../../domain/errors.js';
import { parsedSizes } from '../../domain/json.js';

/** Smaller requests are not counted: there are no more of them than connections. */
const smallBytes = 8192;
/** JSON of this length can't take more: brackets, the worst case, take 22 times their length. */
export const smallJsonBytes = Math.floor(smallBytes / 22);

/**
 * Bounds the memory of request bodies and of the values they are parsed to, until each request is answered. Parsed JSON
 * can take twenty times its length, so a few hundred large bodies would fill the heap.
 */
export class RequestMemory {
  readonly #maximumBytes: number;
  #heldBytes = 0;

  /** @param maximumBytes of all requests. */
  constructor(maximumBytes: number) {
    this.#maximumBytes = maximumBytes;
  }

  /** Estimated bytes in use. */
  get heldBytes(): number {
    return this.#heldBytes;
  }

  /**
   * Reserves memory for a request.
   * @returns releases it; may be called more than once.
   * @throws GatewayError OVERLOADED if there is no room.
   */
  hold(bytes: number): () => void {
    if (bytes <= smallBytes) return nothingToRelease;
    if (this.#heldBytes + bytes > this.#maximumBytes)
      throw overloaded('The gateway has no room for another large request.');
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

/** Upper bound of the memory of JSON and its parsed values. */
export function parsedBytes(json: Buffer): number {
  let bytes = 2 * json.length;
  for (const byte of json)
    if (byte === brace || byte === bracket) bytes += parsedSizes.container;
    else if (byte === colon) bytes += parsedSizes.member;
    else if (byte === comma) bytes += parsedSizes.item;
  return bytes;
}
