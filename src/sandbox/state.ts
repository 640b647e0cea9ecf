import { type Campaign } from './campaign.js';
import { type Clock, realAt, virtualAt } from './clock.js';
import { hexDigits } from './hash.js';
import { type CampaignDraft, campaignOf } from './draft.js';
import { type CampaignStatus } from './lifecycle.js';
import { type Renewal, renewedAt } from './renewal.js';
import { endOfSending, lastMessageEvent, type Message, messageAt, settle } from './messages.js';

const A_MINUTE = 60_000;

/**
 * Puts a campaign into any status, against the lifecycle, for tests and seeds. Moves its virtual time to a point with that
 * status, from which the campaign continues by itself.
 */
function forceStatus(campaign: Campaign, status: CampaignStatus, now: number, speed: number): void {
  const virtual = virtualAt(campaign.time, now);
  if (status === 'completed' || status === 'archived') {
    if (campaign.settled === undefined) {
      campaign.started = true;
      const end = Math.max(virtual, endOfSending(campaign));
      campaign.time = { real: now, virtual: end, speed };
      settle(campaign, end);
    }
  } else {
    campaign.settled = undefined;
    campaign.state = 'prepared';
    campaign.reportUrl = null;
    campaign.started = hasStarted(campaign, status, virtual);
    const moved = virtualTimeFor(campaign, status, virtual);
    campaign.time = { real: now, virtual: moved, speed: status === 'paused' ? 0 : speed };
  }
  campaign.status = status;
  campaign.changedAt = Math.max(campaign.createdAt, now);
}

function hasStarted(campaign: Campaign, status: CampaignStatus, virtual: number): boolean {
  return status === 'in-progress' || (status === 'paused' && virtual >= campaign.startsAt);
}

function virtualTimeFor(campaign: Campaign, status: CampaignStatus, virtual: number): number {
  if (campaign.started) {
    const isSending = virtual >= campaign.startsAt && virtual < endOfSending(campaign);
    return isSending ? virtual : campaign.startsAt;
  }
  const beforeStart = campaign.startsAt - A_MINUTE;
  return Math.min(status === 'created' ? campaign.createdAt : virtual, beforeStart);
}

/** Virtual time for which a new campaign is `created` before it is `scheduled`. */
export const PREPARING_MS = 5_000;

/**
 * Advances a campaign to now. There are no timers: every read advances the campaign first, so its state depends only on the
 * time.
 */
function advance(campaign: Campaign, now: number): void {
  if (campaign.settled !== undefined || campaign.status === 'paused') return;
  const virtual = virtualAt(campaign.time, now);
  const move = (status: CampaignStatus, at: number): void => {
    campaign.status = status;
    campaign.changedAt = Math.max(campaign.changedAt, Math.min(now, realAt(campaign.time, at)));
  };
  const prepared = campaign.createdAt + PREPARING_MS;
  if (campaign.status === 'created' && virtual >= prepared) move('scheduled', prepared);
  if (campaign.status !== 'in-progress' && virtual >= campaign.startsAt) {
    campaign.started = true;
    move('in-progress', campaign.startsAt);
  }
  const end = endOfSending(campaign);
  if (campaign.status === 'in-progress' && virtual >= end) {
    move('completed', end);
    settle(campaign, end);
  }
}

/** `date_updated`: real time of the last change of the campaign or of any of its messages. */
export function lastChange(campaign: Campaign, now: number): number {
  if (campaign.status !== 'in-progress' || campaign.settled !== undefined) return campaign.changedAt;
  const event = lastMessageEvent(campaign, virtualAt(campaign.time, now));
  return Math.max(campaign.changedAt, Math.min(now, realAt(campaign.time, event)));
}

/** Options of the state. */
interface StateOptions {
  readonly accountSid: string;
  readonly clock: Clock;
  /** Speed of campaigns relative to the clock. */
  readonly speed: number;
}

/** All campaigns of the upstream, advanced to the current time on every read. */
export class SandboxState {
  readonly accountSid: string;
  readonly speed: number;
  readonly #clock: Clock;
  readonly #bySid = new Map<string, Campaign>();
  readonly #renewals = new Map<string, Renewal>();
  readonly #listeners: ((campaign: Campaign) => void)[] = [];
  #inserted = 0;

  constructor(options: StateOptions) {
    this.accountSid = options.accountSid;
    this.speed = options.speed;
    this.#clock = options.clock;
  }

  /** Current time of the sandbox in epoch milliseconds. */
  now(): number {
    return this.#clock();
  }

  /** All campaigns now, in order of insertion. */
  campaigns(): readonly Campaign[] {
    const now = this.now();
    return [...this.#bySid.values()].map((campaign) => this.#advanced(campaign, now));
  }

  /** The campaign with this sid now. */
  find(sid: string): Campaign | undefined {
    const campaign = this.#bySid.get(sid);
    return campaign && this.#advanced(campaign, this.now());
  }

  /** The campaign with this sid now. @throws Error if there is none. */
  get(sid: string): Campaign {
    const campaign = this.find(sid);
    if (campaign === undefined) throw new Error(`The sandbox has no campaign ${sid}`);
    return campaign;
  }

  /** Inserts a campaign without validation; missing values have the upstream's defaults. */
  insert(draft: CampaignDraft = {}): Campaign {
    return this.#insert(draft, this.now());
  }

  /** Lets a campaign restart from now on, whenever it has left its status. */
  renew(sid: string, renewal: Renewal): void {
    this.#renewals.set(sid, renewal);
  }

  #advanced(campaign: Campaign, now: number): Campaign {
    advance(campaign, now);
    const renewal = this.#renewals.get(campaign.sid);
    const at = renewal && renewedAt(campaign, renewal, now, this.speed);
    if (renewal === undefined || at === undefined) return campaign;
    const renewed = this.#insert(renewal.draft(at), at);
    advance(renewed, now);
    return renewed;
  }

  #insert(draft: CampaignDraft, now: number): Campaign {
    const campaign = campaignOf(draft, draft.sid ?? this.#nextSid(now), this.accountSid, now);
    // Speed applies from the insertion on; earlier events happened at the speed of the real clock.
    campaign.time = { real: now, virtual: now, speed: this.speed };
    const { status } = draft;
    if (campaign.settled === undefined && status !== undefined && status !== 'created') {
      const changedAt = campaign.changedAt;
      forceStatus(campaign, status, now, this.speed);
      if (draft.changedAt !== undefined) campaign.changedAt = changedAt;
    }
    this.#bySid.set(campaign.sid, campaign);
    for (const listener of this.#listeners) listener(campaign);
    return campaign;
  }

  /** Calls a listener with every campaign that is inserted from now on. */
  onInsert(listener: (campaign: Campaign) => void): void {
    this.#listeners.push(listener);
  }

  /** Removes a campaign. @returns whether there was one. */
  remove(sid: string): boolean {
    return this.#bySid.delete(sid);
  }

  /** Puts a campaign into any status, against the lifecycle. */
  setStatus(sid: string, status: CampaignStatus): Campaign {
    const campaign = this.get(sid);
    forceStatus(campaign, status, this.now(), this.speed);
    return campaign;
  }

  /** All messages of a campaign now, in the order of sending. */
  messages(sid: string): Message[] {
    const campaign = this.find(sid);
    if (campaign === undefined) return [];
    const now = this.now();
    return Array.from({ length: campaign.audience }, (_, index) => messageAt(campaign, index, now));
  }

  /** Sids are like those of the samples: hexadecimal, ending in the ten digits of the creation time in seconds. */
  #nextSid(now: number): string {
    this.#inserted += 1;
    const seconds = String(Math.floor(now / 1000))
      .padStart(10, '0')
      .slice(-10);
    return hexDigits(`campaign:${this.accountSid}:${this.#inserted}`, 22) + seconds;
  }
}
