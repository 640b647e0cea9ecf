import { IncomingMessage } from 'node:http';

/** A chunk of this size is passed on as it is: its object, some 400 bytes, is small beside it. */
const largeBytes = 2048;
const [firstBytes, mostBytes] = [1024, 16 * 1024];

/**
 * A request whose body comes in few pieces, however small its chunks are. Each chunk of Node's parser is an object of its own, so that
 * a body in chunks of one byte would take four hundred times its size. A small chunk waits for the next one or for the end of the
 * body: nothing here reads a body before its end.
 */
export class CoalescedRequest extends IncomingMessage {
  /** The first small chunk; undefined if none waits. */
  #first: Buffer | undefined;
  /** Copies of the small chunks, if there are several. */
  #copies: Buffer | undefined;
  #length = 0;

  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    if (chunk !== null && chunk.length < largeBytes) return this.#add(chunk);
    const waiting = this.#waiting();
    if (waiting) super.push(waiting);
    return super.push(chunk, encoding);
  }

  #add(chunk: Buffer): boolean {
    if (this.#length === 0) {
      this.#first = chunk;
      this.#length = chunk.length;
      return true;
    }
    const length = this.#length + chunk.length;
    if (length > mostBytes) {
      const waiting = this.#waiting();
      this.#add(chunk);
      return super.push(waiting);
    }
    if (!this.#copies || length > this.#copies.length) this.#grow(length);
    this.#copies?.set(chunk, this.#length);
    this.#length = length;
    return true;
  }

  #grow(length: number): void {
    const copies = Buffer.allocUnsafeSlow(Math.min(mostBytes, Math.max(firstBytes, 2 * length)));
    copies.set(this.#copies ?? this.#first ?? []);
    this.#copies = copies;
    this.#first = undefined;
  }

  /** Takes the chunks that wait, as one. */
  #waiting(): Buffer | undefined {
    const waiting = this.#copies?.subarray(0, this.#length) ?? this.#first;
    this.#first = undefined;
    this.#copies = undefined;
    this.#length = 0;
    return waiting;
  }
}
