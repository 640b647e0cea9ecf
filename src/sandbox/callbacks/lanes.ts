import { type Callback } from './callback.js';

/** A callback that is to be posted, for the first time or again. */
export interface Posting {
  readonly callback: Callback;
  /** How often it has been posted already. */
  readonly attempts: number;
}

/** The postings of one campaign: those that wait, oldest first, and what is on its way. */
interface Lane {
  readonly waiting: { readonly posting: Posting; readonly order: number }[];
  underway: number;
  isHeld: boolean;
}

/**
 * The postings that wait, a lane for each campaign. Lanes take turns. In a lane a campaign's own callback goes
 * alone: after all before it were answered or failed once, and before all behind it. One that is sent again does
 * not hold up its lane: callbacks may arrive late and out of order.
 */
export class Lanes {
  readonly #most: number;
  readonly #lanes = new Map<string, Lane>();
  #waiting = 0;
  #arrived = 0;

  /** More than `most` never wait: the oldest is dropped. */
  constructor(most: number) {
    this.#most = most;
  }

  add(posting: Posting): void {
    if (this.#waiting === this.#most) this.#dropOldest();
    const sid = posting.callback.campaignSid;
    const lane = this.#lanes.get(sid) ?? { waiting: [], underway: 0, isHeld: false };
    lane.waiting.push({ posting, order: this.#arrived });
    this.#lanes.set(sid, lane);
    this.#waiting += 1;
    this.#arrived += 1;
  }

  /** The next that may go; `finish` has to follow. */
  take(): Posting | undefined {
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

  finish(posting: Posting): void {
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

function goesAlone({ callback, attempts }: Posting): boolean {
  return callback.isOfCampaign && attempts === 0;
}
