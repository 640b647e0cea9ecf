import { Agent } from 'undici';
import { type Callback } from './callback.js';
import { type CallbackForm } from './callback-options.js';
import { Lanes, type Posting } from './lanes.js';
import { post } from './post.js';

/** How a postman works. */
export interface PostmanOptions {
  readonly form: CallbackForm;
  readonly copies: number;
  /** Pauses are as much shorter as campaigns are faster. */
  readonly speed: number;
}

/** "2 to 4 times within about 45 minutes" (Exotel's public developer pages): after 1, 5 and 25 minutes. */
const PAUSES_MS = [60_000, 300_000, 1_500_000];
const SHORTEST_PAUSE_MS = 100;
const MOST_UNDERWAY = 16;
const MOST_WAITING = 10_000;

/** Posts callbacks, a few at a time, and those that are not acknowledged again. */
export class Postman {
  readonly #options: PostmanOptions;
  readonly #agent = new Agent();
  readonly #lanes = new Lanes(MOST_WAITING);
  #again: { readonly posting: Posting; readonly due: number }[] = [];
  #underway = 0;
  #isClosed = false;

  constructor(options: PostmanOptions) {
    this.#options = options;
  }

  /** Takes new callbacks, and posts what there is to post by now. */
  round(callbacks: readonly Callback[]): void {
    const now = performance.now();
    const due = this.#again.filter((one) => one.due <= now);
    if (due.length > 0) this.#again = this.#again.filter((one) => one.due > now);
    for (const { posting } of due) this.#lanes.add(posting);
    for (const callback of callbacks) this.#lanes.add({ callback, attempts: 0 });
    this.#send();
  }

  /** Breaks off what is on its way and forgets the rest. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#agent.destroy();
  }

  #send(): void {
    while (!this.#isClosed && this.#underway < MOST_UNDERWAY) {
      const posting = this.#lanes.take();
      if (posting === undefined) return;
      void this.#post(posting);
    }
  }

  async #post(posting: Posting): Promise<void> {
    this.#underway += 1;
    // Copies follow each other in the same turn; each that is not acknowledged is sent again on its own.
    const copies = posting.attempts === 0 ? this.#options.copies : 1;
    for (let copy = 0; copy < copies && !this.#isClosed; copy += 1) {
      const isAcknowledged = await post(posting.callback, this.#options.form, this.#agent);
      if (!isAcknowledged) this.#postAgain(posting);
    }
    this.#underway -= 1;
    this.#lanes.finish(posting);
    this.#send();
  }

  #postAgain({ callback, attempts }: Posting): void {
    const pause = PAUSES_MS[attempts];
    if (pause === undefined) return;
    if (this.#again.length === MOST_WAITING) this.#again.shift();
    const due = performance.now() + Math.max(SHORTEST_PAUSE_MS, pause / this.#options.speed);
    this.#again.push({ posting: { callback, attempts: attempts + 1 }, due });
  }
}
