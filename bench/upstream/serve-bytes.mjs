import { createServer } from 'node:net';

/**
 * The least that an HTTP server can be: GET requests over kept-alive connections, no body, no pipelining. It must cost
 * little, since it shares a core with whoever makes the load.
 * @param {(path: string, head: string, send: (answer: Buffer) => void) => void} answer
 * @returns {Promise<string>} where it listens.
 */
export function serveBytes(answer) {
  const server = createServer({ noDelay: true }, (socket) => {
    let rest = '';
    const send = (bytes) => socket.write(bytes);
    socket.on('data', (chunk) => {
      rest += chunk.latin1Slice();
      for (let end = rest.indexOf('\r\n\r\n'); end >= 0; end = rest.indexOf('\r\n\r\n')) {
        const head = rest.slice(0, end);
        rest = rest.slice(end + 4);
        answer(head.slice(head.indexOf(' ') + 1, head.indexOf(' HTTP/')), head, send);
      }
    });
    socket.on('error', () => socket.destroy()); // whoever was measured has ended
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4096, () => resolve(`http://127.0.0.1:${server.address().port}`));
  });
}

const datePlace = 'Sun, 06 Nov 1994 08:49:37 GMT';

/** A whole answer as bytes, whose `Date` can be set without making them anew. */
export class StoredAnswer {
  #bytes;
  #dateAt;
  #second = 0;

  /**
   * @param {number} status
   * @param {string} body JSON
   * @param {Record<string, string>} headers
   */
  constructor(status, body, headers = {}) {
    const lines = Object.entries({
      date: datePlace,
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(body),
      connection: 'keep-alive',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`);
    this.#bytes = Buffer.from(`HTTP/1.1 ${status} ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`);
    this.#dateAt = this.#bytes.indexOf(datePlace);
  }

  /** The answer as of now. */
  get bytes() {
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) this.#bytes.write(new Date(second * 1000).toUTCString(), this.#dateAt);
    this.#second = second;
    return this.#bytes;
  }
}
