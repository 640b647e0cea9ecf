import { type Campaign } from './campaign.js';
import { type Clock } from './clock.js';
import { hexDigits } from './digest.js';
import { type CampaignDraft, campaignOf } from './draft.js';
import { forceStatus } from './forced-status.js';
import { type CampaignStatus } from './lifecycle.js';
import { type Message, messageAt } from './messages.js';
import { advance } from './progress.js';

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
