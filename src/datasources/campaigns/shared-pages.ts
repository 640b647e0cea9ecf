import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { parseJson } from '../../domain/json.js';
import { type LargerPages, type SharedPages } from '../paging/page-maximum.js';
import { type SharedState } from '../state/shared-state.js';

const [learnedKey, trialKey] = ['message-pages', 'message-pages trial'];
/** A bound holds for a day; what was accepted is learned again after it. */
const learnedForMs = 24 * 60 * 60_000;
/** Longest trial; after it another instance may try. */
const trialMs = 20_000;
/** Interval and number of look-ups while another instance tries. */
const [pollMs, polls] = [50, 60];

const rows = z.number().int().positive();
const larger = z.object({ accepted: rows, proven: rows, bound: rows.nullable(), boundAtMs: z.number() });

/** What the instances of an account have learned about pages of messages, in the shared state; nothing if that does not answer. */
export class SharedMessagePages implements SharedPages {
  readonly #state: SharedState;

  constructor(state: SharedState) {
    this.#state = state;
  }

  async begin(isEnough: (known: LargerPages) => boolean): Promise<LargerPages | undefined> {
    try {
      for (let poll = 0; poll < polls; poll += 1) {
        const known = await this.#known();
        if (known && isEnough(known)) return known;
        if (await this.#state.insert(trialKey, 'running', trialMs)) return known;
        await sleep(pollMs, undefined, { ref: false });
      }
    } catch {
      // This instance tries for itself.
    }
    return undefined;
  }

  async end(learned: LargerPages): Promise<void> {
    try {
      await this.#write(learned);
      await this.#state.remove(trialKey, 'running');
    } catch {
      // The others try for themselves.
    }
  }

  async read(): Promise<LargerPages | undefined> {
    return this.#known().catch(() => undefined);
  }

  async share(learned: LargerPages): Promise<void> {
    await this.#write(learned).catch(() => undefined); // the others find out for themselves
  }

  async #write(learned: LargerPages): Promise<void> {
    const text = JSON.stringify(learned);
    const old = await this.#state.read(learnedKey);
    if (old === null) await this.#state.insert(learnedKey, text, learnedForMs);
    else await this.#state.swap(learnedKey, old, text, learnedForMs);
  }

  async #known(): Promise<LargerPages | undefined> {
    const text = await this.#state.read(learnedKey);
    return text === null ? undefined : larger.safeParse(parseJson(text)).data;
  }
}
