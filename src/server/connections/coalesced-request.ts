import { IncomingMessage } from 'node:http';
import { JoinedChunks } from '../../domain/joined-chunks.js';

/**
 * A request whose body comes in few pieces, however small its chunks are: nothing here reads a body before its end. The first
 * chunk is passed on as it is, since hardly any body has several.
 */
export class CoalescedRequest extends IncomingMessage {
  /** Undefined until the first chunk, null until the second. Only declared: a field would cost each request a call. */
  declare private joined: JoinedChunks | null | undefined;

  override push(chunk: Buffer | null): boolean {
    if (chunk === null) {
      const rest = this.joined?.end();
      if (rest) super.push(rest);
      return super.push(null);
    }
    if (this.joined === undefined) {
      this.joined = null;
      return super.push(chunk);
    }
    this.joined ??= new JoinedChunks();
    let isWanted = true;
    for (const piece of this.joined.add(chunk)) isWanted = super.push(piece);
    return isWanted;
  }
}
