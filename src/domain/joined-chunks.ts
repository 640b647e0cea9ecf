/** A chunk of this size is kept as it is: its object of some 400 bytes is small compared with it. */
const largeBytes = 2048;
const [firstBytes, mostBytes] = [1024, 16 * 1024];

/**
 * Joins the small chunks of a body: each is an object of its own, so a body in chunks of one byte would take hundreds of times
 * its size. A small chunk waits for the next one, or for the end.
 */
export class JoinedChunks {
  /** The first small chunk; undefined if none waits. */
  #first: Buffer | undefined;
  /** Copies of the small chunks, if there are several. */
  #copies: Buffer | undefined;
  #length = 0;

  /** Adds a chunk. @returns the pieces that are complete, in order: none, one or two. */
  add(chunk: Buffer): readonly Buffer[] {
    const length = this.#length + chunk.length;
    if (chunk.length >= largeBytes || length > mostBytes) {
      const waiting = this.end();
      const next = chunk.length >= largeBytes ? [chunk] : this.add(chunk);
      return waiting ? [waiting, ...next] : next;
    }
    if (this.#length === 0) this.#first = chunk;
    else {
      if (!this.#copies || length > this.#copies.length) this.#grow(length);
      this.#copies?.set(chunk, this.#length);
    }
    this.#length = length;
    return none;
  }

  /** Takes the chunks that wait, as one piece; undefined if there are none. */
  end(): Buffer | undefined {
    const waiting = this.#copies?.subarray(0, this.#length) ?? this.#first;
    this.#first = undefined;
    this.#copies = undefined;
    this.#length = 0;
    return waiting;
  }

  #grow(length: number): void {
    const copies = Buffer.allocUnsafeSlow(Math.min(mostBytes, Math.max(firstBytes, 2 * length)));
    copies.set(this.#copies ?? this.#first ?? []);
    this.#copies = copies;
    this.#first = undefined;
  }
}

const none: readonly Buffer[] = [];
