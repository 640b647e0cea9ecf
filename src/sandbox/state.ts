import { type Campaign } from './campaign.js';
import { type Clock, realAt, virtualAt } from './clock.js';
import { hexDigits } from './hash.js';
import { type CampaignDraft, campaignOf } from './draft.js';
import { type CampaignStatus } from './lifecycle.js';
import { endOfSending, lastMessageEvent, type Message, messageAt, settle } from './messages.js';

const A_MINUTE = 60_000;

/**
 * Puts a campaign into a status whatever the lifecycle says, for tests and seeds. Its virtual time is moved to
 * where that status holds, so that it goes on from there as if it had come so far by itself.
 */
function forceStatus(campaign: Campaign, status: CampaignStatus, now: number, speed: number): void {
  const virtual = virtualAt(campaign.time, now);
  if (status === 'completed' || status === 'archived') {
    if (campaign.settled === undefined) {
      campaign.started = true;
      settle(campaign, Math.max(virtual, endOfSending(campaign)));
    }
  } else {
    campaign.settled = undefined;
    campaign.state = 'prepared';
    campaign.reportUrl = null;
    campaign.started = hasStarted(campaign, status, virtual);
    const place = virtualTimeFor(campaign, status, virtual);
    campaign.time = { real: now, virtual: place, speed: status === 'paused' ? 0 : speed };
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

/** How long, in virtual time, a new campaign is `created` before it is `scheduled`. */
export const PREPARING_MS = 5_000;

/**
 * Brings a campaign up to now. There are no timers: whoever reads a campaign moves it first, so the sandbox
 * shows the same at the same time however often it is asked.
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

/** `date_updated`: the last change of the campaign or of any message, in real time. */
export function lastChange(campaign: Campaign, now: number): number {
  if (campaign.status !== 'in-progress' || campaign.settled !== undefined) return campaign.changedAt;
  const event = lastMessageEvent(campaign, virtualAt(campaign.time, now));
  return Math.max(campaign.changedAt, Math.min(now, realAt(campaign.time, event)));
}

/** What the state needs to know. */
export interface StateOptions {
  readonly accountSid: string;
  readonly clock: Clock;
  /** How many times faster than the clock campaigns run. */
  readonly speed: number;
}

/** Everything the upstream stores, brought up to the clock whenever it is read. */
export class SandboxState {
  readonly accountSid: string;
  readonly speed: number;
  readonly #clock: Clock;
  readonly #bySid = new Map<string, Campaign>();
  readonly #listeners: ((campaign: Campaign) => void)[] = [];
  #opened = 0;

  constructor(options: StateOptions) {
    this.accountSid = options.accountSid;
    this.speed = options.speed;
    this.#clock = options.clock;
  }

  /** The sandbox's time of day, in epoch milliseconds. */
  now(): number {
    return this.#clock();
  }

  /** Every campaign as of now, oldest insertion first. */
  campaigns(): readonly Campaign[] {
    const now = this.now();
    const campaigns = [...this.#bySid.values()];
    for (const campaign of campaigns) advance(campaign, now);
    return campaigns;
  }

  /** The campaign with this sid as of now. */
  find(sid: string): Campaign | undefined {
    const campaign = this.#bySid.get(sid);
    if (campaign !== undefined) advance(campaign, this.now());
    return campaign;
  }

  /** Adds a campaign past all validation; what the draft leaves out has the upstream's defaults. */
  insert(draft: CampaignDraft = {}): Campaign {
    const now = this.now();
    const campaign = campaignOf(draft, draft.sid ?? this.#nextSid(now), this.accountSid, now);
    // Speed counts from the insertion on: what lies before it has happened at the pace of the real clock.
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

  /** Shows every campaign that is inserted from now on to a listener, as it was inserted. */
  onInsert(listener: (campaign: Campaign) => void): void {
    this.#listeners.push(listener);
  }

  /** Removes a campaign; false when there was none. */
  remove(sid: string): boolean {
    return this.#bySid.delete(sid);
  }

  /** Puts a campaign into a status whatever the lifecycle says. */
  setStatus(sid: string, status: CampaignStatus): Campaign {
    const campaign = this.find(sid);
    if (campaign === undefined) throw new Error(`The sandbox has no campaign ${sid}`);
    forceStatus(campaign, status, this.now(), this.speed);
    return campaign;
  }

  /** All messages of a campaign as of now, in the order they are sent. */
  messages(sid: string): Message[] {
    const campaign = this.find(sid);
    if (campaign === undefined) return [];
    const now = this.now();
    return Array.from({ length: campaign.audience }, (_, index) => messageAt(campaign, index, now));
  }

  /** Sids look like the samples': hexadecimal, the last ten digits being the second of the creation. */
  #nextSid(now: number): string {
    this.#opened += 1;
    const seconds = String(Math.floor(now / 1000))
      .padStart(10, '0')
      .slice(-10);
    return hexDigits(`campaign:${this.accountSid}:${this.#opened}`, 22) + seconds;
  }
}
