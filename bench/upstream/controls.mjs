import { StoredAnswer } from './serve-bytes.mjs';

/** What is set and read at `/control` while an upstream runs. */
export class Controls {
  /** What can be set; `delayMs` is how long each answer takes. */
  settings;
  /** Requests received, control apart. */
  calls = 0;
  /** Of them, those refused for being over the limit. */
  over = 0;

  /** @param {Record<string, number>} settings more of them, as they are at first */
  constructor(settings = {}) {
    this.settings = { delayMs: 0, ...settings };
  }

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
    for (const [name, value] of new URL(path, 'http://upstream').searchParams)
      this.settings[name] = Number(value);
    const { calls, over, settings } = this;
    send(new StoredAnswer(200, JSON.stringify({ calls, over, ...settings })).bytes);
    return true;
  }

  /** Sends an answer when it is due. */
  deliver(send, answer) {
    if (this.settings.delayMs === 0) send(answer.bytes);
    else setTimeout(() => send(answer.bytes), this.settings.delayMs);
  }
}
