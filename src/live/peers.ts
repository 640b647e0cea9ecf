import { LRUCache } from 'lru-cache';
import { type HybridClock } from '../datasources/cache/hybrid-clock.js';
import { estimateBytes } from '../datasources/cache/memory-tier.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { entryBytes, textBytes, entryLimit } from '../domain/entry-size.js';
import { isBackwards } from '../domain/lifecycle.js';
import { type Campaign } from '../schema/campaign.js';
import { type LiveMemoryLimits } from './callback-receiver.js';
import { type WebhookKind } from './callback-urls.js';
import { type ChangeFeed, fillMissing, hasChanged } from './change-feed.js';
import { type PeerMessage, parseMessage, serializeMessage } from './peer-messages.js';

/** What all gateways know of a campaign. */
export interface AnnouncedCampaign {
  readonly campaign: Campaign;
  /** Of the reading that showed it last. */
  readonly order: number;
  /** Of the reading that it is the same as since: who knows that one knows this one too. */
  readonly since: number;
}

/** Of an entry, beside its campaign and its key. */
const knownBytes = entryBytes + 100;

/**
 * Of each campaign what was told last, by whichever gateway: what needs to be told is what differs from it. One that falls
 * out is told in full again.
 */
export class AnnouncedCampaigns {
  readonly #known: LRUCache<string, AnnouncedCampaign>;

  /** @param maximumBytes of all of them together. */
  constructor(maximumBytes: number) {
    this.#known = new LRUCache({
      maxSize: maximumBytes,
      sizeCalculation: ({ campaign }, sid) => knownBytes + estimateBytes(campaign) + textBytes(sid),
    });
  }

  /**
   * Takes what was read here.
   * @returns it as all know it now, or undefined where they know something newer.
   */
  recordLocal(
    campaign: Campaign,
    order: number,
  ): (AnnouncedCampaign & { readonly isChange: boolean }) | undefined {
    const before = this.#known.get(campaign.sid);
    if (before && isBehind(before, campaign, order)) return undefined;
    const after = before ? fillMissing(campaign, before.campaign) : campaign;
    const isChange = !before || hasChanged(before.campaign, after);
    const known = { campaign: after, order, since: isChange ? order : before.since };
    this.#known.set(campaign.sid, known);
    return { ...known, isChange };
  }

  /** Takes what another has read. @returns whether it is news. */
  recordRemote(campaign: Campaign, order: number): boolean {
    const before = this.#known.get(campaign.sid);
    if (before && isBehind(before, campaign, order)) return false;
    const after = before ? fillMissing(campaign, before.campaign) : campaign;
    this.#known.set(campaign.sid, { campaign: after, order, since: order });
    return true;
  }

  /** Takes that another has read the same again. @returns whether that is the same as what is known here. */
  recordUnchanged(sid: string, order: number, since: number): boolean {
    const before = this.#known.get(sid);
    if (before?.since !== since || before.order >= order) return false;
    this.#known.set(sid, { ...before, order });
    return true;
  }
}

function isBehind(before: AnnouncedCampaign, campaign: Campaign, order: number): boolean {
  return before.order >= order || isBackwards(before.campaign.status, campaign.status);
}

/** What speaking with the account's other gateways needs. */
export interface PeersOptions {
  readonly bus: SharedBus;
  readonly clock: HybridClock;
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  readonly maximumBytes: Pick<LiveMemoryLimits, 'peerCampaigns'>;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of what was heard and can't be read. */
  readonly onMalformed: () => void;
  /** Told of what another gateway was called back. */
  readonly onCallback: (webhook: WebhookKind, token: string, body: unknown) => void;
  /** Told that another one has read the newest window for all who listen. */
  readonly onRemotePoll: () => void;
  /** Told that something may have been missed. */
  readonly onMissed: () => void;
}

type Message<Kind extends PeerMessage['kind']> = Extract<PeerMessage, { readonly kind: Kind }>;

const topic = 'live';
const rememberedWrites = 10_000;
/** No clock is wrong by more; an order that is would stop all others. */
const greatestSkewMs = 3_600_000;

/** Tells the account's other gateways what was learned here, and takes in what they tell. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #known: AnnouncedCampaigns;
  /** Readings up to this order may be from before a write. */
  readonly #written = new LRUCache<string, number>(entryLimit(rememberedWrites));
  #read: Message<'seen'> | undefined;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#known = new AnnouncedCampaigns(options.maximumBytes.peerCampaigns);
    options.bus.subscribe(topic, (text) => {
      this.#hear(text);
    });
    options.bus.onGap((gap) => {
      if (gap === 'receive') options.onMissed();
      else this.#say({ kind: 'missed' });
    });
  }

  /** Tells of a campaign that was read here: what it is where that is a change, else only that it was read. */
  announceRead(campaign: Campaign, order: number): void {
    const known = this.#options.bus.isAlone ? undefined : this.#known.recordLocal(campaign, order);
    if (!known) return;
    const { changed, same } = this.#toSay();
    if (known.isChange) changed.push({ campaign: known.campaign, order });
    else same.push({ sid: campaign.sid, order, since: known.since });
  }

  /** Tells of a write that may have changed a campaign, and every list; null: the lists alone. */
  announceWrite(sid: string | null): void {
    if (this.#options.bus.isAlone) return;
    const order = this.#options.clock.next();
    if (sid !== null) this.#written.set(sid, order);
    this.#say({ kind: 'wrote', sid, order });
  }

  /** Passes on a callback that came to an address of ours. */
  forwardCallback(webhook: WebhookKind, token: string, body: unknown): void {
    this.#say({ kind: 'callback', webhook, token, body });
  }

  /** Tells that the newest window was read for all who listen. */
  announcePoll(): void {
    this.#say({ kind: 'polled' });
  }

  /** What is read together, as a window of fifty, is said together. */
  #toSay(): Message<'seen'> {
    if (this.#read) return this.#read;
    const read: Message<'seen'> = { kind: 'seen', changed: [], same: [] };
    this.#read = read;
    setImmediate(() => {
      this.#read = undefined;
      this.#say(read);
    });
    return read;
  }

  #say(message: PeerMessage): void {
    const { bus } = this.#options;
    if (!bus.isAlone) bus.publish(topic, serializeMessage(message));
  }

  #hear(text: string): void {
    const message = parseMessage(text);
    if (message === 'other version') return;
    if (message === 'malformed') {
      this.#options.onMalformed();
      return;
    }
    const { onCallback, onRemotePoll: onPolled, onMissed } = this.#options;
    if (message.kind === 'seen') this.#heardSeen(message);
    else if (message.kind === 'wrote') this.#heardWrote(message);
    else if (message.kind === 'callback') onCallback(message.webhook, message.token, message.body);
    else if (message.kind === 'polled') onPolled();
    else onMissed();
  }

  #heardSeen({ changed, same }: Message<'seen'>): void {
    const { account, feed } = this.#options;
    for (const { campaign, order } of changed)
      if (this.#isNews(campaign.sid, order) && this.#known.recordRemote(campaign, order))
        account.applyRemoteRead(campaign, order);
    for (const { sid, order, since } of same)
      if (this.#isNews(sid, order) && this.#known.recordUnchanged(sid, order, since))
        feed.observeUnchanged(sid, order);
  }

  #heardWrote({ sid, order }: Message<'wrote'>): void {
    if (sid !== null && this.#isNews(sid, order)) this.#written.set(sid, order);
    this.#options.account.applyRemoteWrite(sid);
  }

  /** What was begun to be read before a write is none. */
  #isNews(sid: string, order: number): boolean {
    const { clock, now } = this.#options;
    if (order > (now() + greatestSkewMs) * 1000) return false;
    clock.observe(order);
    return order > (this.#written.get(sid) ?? -1);
  }
}
