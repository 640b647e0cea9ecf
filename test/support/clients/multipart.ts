import { type ClientAnswer } from '../gateway/gateway-under-test.js';

/** The `Accept` header of a client that reads Apollo's multipart protocol and nothing else. */
export const acceptsMultipart = 'multipart/mixed;subscriptionSpec="1.0"';

/** Content of a part in Apollo's multipart protocol; a heartbeat has none. */
export interface Part<Data = unknown> {
  readonly payload?: ClientAnswer<Data> | null;
  /** Fatal. */
  readonly errors?: ClientAnswer<Data>['errors'];
}

const delimiter = '\r\n--graphql';
const head = '\r\ncontent-type: application/json\r\n\r\n';

/** Reads parts as RFC 2046 defines them; a part is complete once the next boundary has arrived. Throws for anything else. */
export class PartReader {
  #text = '';
  #hasBegun = false;
  /** True after the last boundary. */
  hasEnded = false;

  /** @returns the parts that this text completes. */
  read(text: string): Part[] {
    this.#text += text;
    const parts: Part[] = [];
    for (let at = this.#text.indexOf(delimiter); at >= 0; at = this.#text.indexOf(delimiter)) {
      const content = this.#text.slice(0, at);
      this.#text = this.#text.slice(at + delimiter.length);
      if (!this.#hasBegun && content !== '') throw new Error(`Text before the first part: ${content}`);
      if (this.#hasBegun && !content.startsWith(head)) throw new Error(`A part without its head: ${content}`);
      if (this.#hasBegun) parts.push(JSON.parse(content.slice(head.length)) as Part);
      this.#hasBegun = true;
    }
    if (this.#hasBegun && this.#text.startsWith('--')) this.hasEnded = true;
    if (this.hasEnded && !'--\r\n'.startsWith(this.#text))
      throw new Error(`Text after the end: ${this.#text}`);
    return parts;
  }
}

/** The result that a part has, as over every other transport; undefined for a heartbeat. */
export function resultIn<Data>({ payload, errors }: Part<Data>): ClientAnswer<Data> | undefined {
  return payload ?? (errors && { errors });
}
