import { Agent, type Dispatcher, request } from 'undici';
import { type Callback, type CallbackForm } from './callback.js';

/** A callback that is to be posted, for the first time or again. */
export interface QueuedCallback {
  readonly callback: Callback;
  /** How often it has been posted already. */
  readonly attempts: number;
}

/** The postings of one campaign: those that wait, oldest first, and what is on its way. */
interface Lane {
  readonly waiting: { readonly posting: QueuedCallback; readonly order: number }[];
  underway: number;
  isHeld: boolean;
}

/**
 * The postings that wait, a lane for each campaign. Lanes take turns. In a lane a campaign's own callback goes
 * alone: after all before it were answered or failed once, and before all behind it. One that is sent again does
 * not hold up its lane: callbacks may arrive late and out of order.
 */
export class CallbackQueue {
  readonly #most: number;
  readonly #lanes = new Map<string, Lane>();
  #waiting = 0;
  #arrived = 0;

  /** More than `most` never wait: the oldest is dropped. */
  constructor(most: number) {
    this.#most = most;
  }

  add(posting: QueuedCallback): void {
    if (this.#waiting === this.#most) this.#dropOldest();
    const sid = posting.callback.campaignSid;
    const lane = this.#lanes.get(sid) ?? { waiting: [], underway: 0, isHeld: false };
    lane.waiting.push({ posting, order: this.#arrived });
    this.#lanes.set(sid, lane);
    this.#waiting += 1;
    this.#arrived += 1;
  }

  /** The next that may go; `finish` has to follow. */
  take(): QueuedCallback | undefined {
    for (const [sid, lane] of this.#lanes) {
      const next = lane.waiting[0]?.posting;
      if (next === undefined || lane.isHeld || (goesAlone(next) && lane.underway > 0)) continue;
      lane.waiting.shift();
      lane.underway += 1;
      lane.isHeld = goesAlone(next);
      this.#waiting -= 1;
      this.#lanes.delete(sid);
      this.#lanes.set(sid, lane);
      return next;
    }
    return undefined;
  }

  finish(posting: QueuedCallback): void {
    const sid = posting.callback.campaignSid;
    const lane = this.#lanes.get(sid);
    if (lane === undefined) return;
    lane.underway -= 1;
    lane.isHeld = false;
    if (lane.underway === 0 && lane.waiting.length === 0) this.#lanes.delete(sid);
  }

  #dropOldest(): void {
    const lanes = [...this.#lanes.values()].filter((lane) => lane.waiting.length > 0);
    lanes.sort((one, other) => (one.waiting[0]?.order ?? 0) - (other.waiting[0]?.order ?? 0));
    if (lanes[0]?.waiting.shift() !== undefined) this.#waiting -= 1;
  }
}

function goesAlone({ callback, attempts }: QueuedCallback): boolean {
  return callback.isOfCampaign && attempts === 0;
}

/** Exotel's pages give a receiver 15, 10 or 5 seconds. */
const PATIENCE_MS = 5_000;

/**
 * Posts a callback, unsigned as Exotel's are; true when it was answered with 2xx in time. "A 3xx counts as a
 * failure" (Exotel's public developer pages): redirects are not followed.
 */
async function post(callback: Callback, form: CallbackForm, dispatcher: Dispatcher): Promise<boolean> {
  const { contentType, text } = form === 'json' ? asJson(callback) : asForm(callback);
  try {
    const answer = await request(callback.url, {
      method: 'POST',
      dispatcher,
      headers: { 'content-type': contentType },
      body: text,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    // Nobody reads the body, but the connection is free only after it; the status has been heard either way.
    await answer.body.dump().catch(() => undefined);
    return answer.statusCode >= 200 && answer.statusCode < 300;
  } catch {
    return false;
  }
}

interface Written {
  readonly contentType: string;
  readonly text: string;
}

function asJson({ fields }: Callback): Written {
  return { contentType: 'application/json', text: JSON.stringify(fields) };
}

/** A form has no null: `reports` of a campaign that is not completed is empty. */
function asForm({ fields }: Callback): Written {
  const pairs = Object.entries(fields).map(([name, value]): [string, string] => [name, value ?? '']);
  return {
    contentType: 'application/x-www-form-urlencoded',
    text: new URLSearchParams(pairs).toString(),
  };
}

/** How a postman works. */
export interface CallbackDispatcherOptions {
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
export class CallbackDispatcher {
  readonly #options: CallbackDispatcherOptions;
  readonly #agent = new Agent();
  readonly #lanes = new CallbackQueue(MOST_WAITING);
  #again: { readonly posting: QueuedCallback; readonly due: number }[] = [];
  #underway = 0;
  #isClosed = false;

  constructor(options: CallbackDispatcherOptions) {
    this.#options = options;
  }

  /** Takes new callbacks, and posts what there is to post by now. */
  dispatch(callbacks: readonly Callback[]): void {
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

  async #post(posting: QueuedCallback): Promise<void> {
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

  #postAgain({ callback, attempts }: QueuedCallback): void {
    const pause = PAUSES_MS[attempts];
    if (pause === undefined) return;
    if (this.#again.length === MOST_WAITING) this.#again.shift();
    const due = performance.now() + Math.max(SHORTEST_PAUSE_MS, pause / this.#options.speed);
    this.#again.push({ posting: { callback, attempts: attempts + 1 }, due });
  }
}
