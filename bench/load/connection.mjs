import { connect } from 'node:net';

const headEnd = Buffer.from('\r\n\r\n');

/** One kept-alive connection that asks one thing at a time, with as little work as can be: it shares a core. */
export class Connection {
  #socket;
  #place;
  #chunks = [];
  #length = 0;
  #needed = Infinity;
  #bodyAt = 0;
  #status = 0;
  #onAnswer = () => undefined;

  /** @param {string} url scheme, host and port */
  constructor(url) {
    const { hostname, port } = new URL(url);
    this.#place = { host: hostname, port: Number(port), noDelay: true };
  }

  /** @returns {Promise<void>} when it is open. */
  open() {
    return new Promise((resolve, reject) => {
      this.#socket = connect(this.#place, resolve);
      this.#socket.on('data', (chunk) => this.#take(chunk));
      this.#socket.on('error', reject);
      this.#socket.on('close', () => this.#end(0));
    });
  }

  /**
   * @param {Buffer} request all of it
   * @param {(status: number, body: Buffer) => void} onAnswer status 0: the connection broke.
   */
  ask(request, onAnswer) {
    this.#onAnswer = onAnswer;
    this.#socket.write(request);
  }

  /** The same as a promise, on a connection that is opened anew where it broke. */
  async asked(request) {
    if (!this.#socket || this.#socket.destroyed) await this.open().catch(() => undefined);
    if (this.#socket.destroyed) return { status: 0, body: Buffer.alloc(0) };
    return new Promise((resolve) => {
      this.ask(request, (status, body) => resolve({ status, body }));
    });
  }

  close() {
    this.#onAnswer = () => undefined;
    this.#socket?.destroy();
  }

  #take(chunk) {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (this.#needed === Infinity) this.#readHead();
    if (this.#length >= this.#needed) this.#end(this.#status);
  }

  #readHead() {
    const bytes = this.#all();
    const end = bytes.indexOf(headEnd);
    if (end < 0) return;
    const head = bytes.latin1Slice(0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`an answer without a length: ${head}`);
    this.#status = Number(head.slice(9, 12));
    this.#bodyAt = end + headEnd.length;
    this.#needed = this.#bodyAt + Number(length);
  }

  #all() {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  #end(status) {
    const body = status === 0 ? Buffer.alloc(0) : this.#all().subarray(this.#bodyAt);
    this.#chunks = [];
    this.#length = 0;
    this.#needed = Infinity;
    const onAnswer = this.#onAnswer;
    this.#onAnswer = () => undefined;
    onAnswer(status, body);
  }
}
