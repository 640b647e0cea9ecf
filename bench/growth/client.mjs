import { isGood } from '../load/closed-loop.mjs';
import { Connection } from '../load/connection.mjs';
import { requestBytes } from '../load/request-bytes.mjs';

/** Asks a gateway one thing after another over one connection. */
export class Client {
  #url;
  #connection;

  /** @param {string} url */
  constructor(url) {
    this.#url = `${url}/graphql`;
    this.#connection = new Connection(url);
  }

  /**
   * @param {boolean} fresh whether what was read before will not do
   * @returns the data.
   * @throws where there is an error.
   */
  async ask(query, variables, fresh = false) {
    const headers = fresh ? { 'cache-control': 'no-cache' } : {};
    const request = requestBytes(this.#url, { query, variables }, headers);
    const { status, body } = await this.#connection.asked(request);
    if (!isGood(status, body)) throw new Error(`${status} ${body}`);
    return JSON.parse(body.toString()).data;
  }

  close() {
    this.#connection.close();
  }
}
