import { IncomingMessage } from 'node:http';
import { JoinedChunks } from '../../domain/joined-chunks.js';

/** A request whose body comes in few pieces, however small its chunks are: nothing here reads a body before its end. */
export class CoalescedRequest extends IncomingMessage {
  readonly #chunks = new JoinedChunks();

  override push(chunk: Buffer | null): boolean {
    if (chunk === null) {
      const rest = this.#chunks.end();
      if (rest) super.push(rest);
      return super.push(null);
    }
    let isWanted = true;
    for (const piece of this.#chunks.add(chunk)) isWanted = super.push(piece);
    return isWanted;
  }
}
