import { StoredAnswer } from './serve-bytes.mjs';

/** What is set and read at `/control` while an upstream runs. */
export class Controls {
  /** How long each answer takes. */
  delayMs = 0;
  /** Requests received, control apart. */
  calls = 0;
  /** Of them, those refused for being over the limit. */
  over = 0;

  /**
   * `/control` tells how many calls there were; `/control?delayMs=100` sets how long each takes from now on.
   * @param {string} path
   * @param {(answer: Buffer) => void} send
   * @returns {boolean} whether the request was one of these.
   */
  take(path, send) {
    if (!path.startsWith('/control')) {
      this.calls += 1;
      return false;
    }
    const delayMs = new URL(path, 'http://upstream').searchParams.get('delayMs');
    if (delayMs !== null) this.delayMs = Number(delayMs);
    const { calls, over } = this;
    send(new StoredAnswer(200, JSON.stringify({ calls, over, delayMs: this.delayMs })).bytes);
    return true;
  }

  /** Sends an answer when it is due. */
  deliver(send, answer) {
    if (this.delayMs === 0) send(answer.bytes);
    else setTimeout(() => send(answer.bytes), this.delayMs);
  }
}
