import { LRUCache } from 'lru-cache';
import { type HybridClock } from '../datasources/cache/hybrid-clock.js';
import { estimateBytes } from '../datasources/cache/memory-tier.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type WebhookKind } from '../domain/network/addresses.js';
import { entryBytes, entryLimit, textBytes } from '../domain/entry-size.js';
import { isBackwards } from '../domain/campaigns/lifecycle.js';
import { type Telemetry } from '../domain/telemetry.js';
import { type Campaign } from '../schema/campaign.js';
import { type ChangeFeed, fillMissing, hasChanged } from './change-feed.js';
import { type PeerMessage, parseMessage, serializeMessage } from './peer-messages.js';

/** A campaign as it was announced last. */
interface AnnouncedCampaign {
  readonly campaign: Campaign;
  /** Version of the last read that showed it. */
  readonly version: number;
  /** Version of the first read that showed it as it is; a peer that has that version has this campaign. */
  readonly since: number;
}

/** Bytes of an entry besides its campaign and its key. */
const overheadBytes = entryBytes + 100;

/**
 * The last announced state of each campaign, from any instance: only differences from it are announced in full. A campaign
 * that was evicted is announced in full again.
 */
export class AnnouncedCampaigns {
  readonly #announced: LRUCache<string, AnnouncedCampaign>;

  /** @param maximumBytes of all entries together. */
  constructor(maximumBytes: number) {
    this.#announced = new LRUCache({
      maxSize: maximumBytes,
      sizeCalculation: ({ campaign }, sid) => overheadBytes + estimateBytes(campaign) + textBytes(sid),
    });
  }

  /**
   * Records a read of this instance.
   * @returns the campaign to announce; undefined if a newer one was announced.
   */
  recordLocal(
    campaign: Campaign,
    version: number,
  ): (AnnouncedCampaign & { readonly isChange: boolean; readonly isNew: boolean }) | undefined {
    const before = this.#announced.get(campaign.sid);
    if (before && isBehind(before, campaign, version)) return undefined;
    const after = before ? fillMissing(campaign, before.campaign) : campaign;
    const isChange = !before || hasChanged(before.campaign, after);
    const announced = { campaign: after, version, since: isChange ? version : before.since };
    this.#announced.set(campaign.sid, announced);
    return { ...announced, isChange, isNew: !before };
  }

  /**
   * Records a campaign that a peer has announced.
   * @returns whether it is news, and whether it differs from an earlier state; undefined if a newer one was announced.
   */
  recordRemote(campaign: Campaign, version: number): { readonly isChange: boolean } | undefined {
    const before = this.#announced.get(campaign.sid);
    if (before && isBehind(before, campaign, version)) return undefined;
    const after = before ? fillMissing(campaign, before.campaign) : campaign;
    this.#announced.set(campaign.sid, { campaign: after, version, since: version });
    return { isChange: before !== undefined && hasChanged(before.campaign, after) };
  }

  /** Records that a peer has read a campaign again without a change. @returns whether this instance has that campaign. */
  recordUnchanged(sid: string, version: number, since: number): boolean {
    const before = this.#announced.get(sid);
    if (before?.since !== since || before.version >= version) return false;
    this.#announced.set(sid, { ...before, version });
    return true;
  }
}

function isBehind(before: AnnouncedCampaign, campaign: Campaign, version: number): boolean {
  return before.version >= version || isBackwards(before.campaign.status, campaign.status);
}

/** Options of the exchange with the peers. */
interface PeersOptions {
  readonly bus: SharedBus;
  readonly clock: HybridClock;
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Memory for the campaigns as they were announced. */
  readonly maximumBytes: number;
  readonly telemetry: Pick<Telemetry, 'peerMessageIgnored'>;
  /** Receives the messages about live updates: forwarded callbacks, reads of the poll, and gaps. */
  readonly onLive: (message: LiveMessage) => void;
  /** Called with a campaign that differs from its last known state, in the instance that finds it; undefined: not needed. */
  readonly onChanged: ((sid: string) => void) | undefined;
}

/** A message of a peer about live updates. */
type LiveMessage = Message<'callback' | 'polled' | 'missed'>;

type Message<Kind extends PeerMessage['kind']> = Extract<PeerMessage, { readonly kind: Kind }>;

const topic = 'live';
const rememberedWrites = 10_000;

/** Announces reads and writes to the other instances of the account, and applies what they announce. */
export class Peers {
  readonly #options: PeersOptions;
  readonly #announced: AnnouncedCampaigns;
  /** Versions of the last writes by sid. Reads up to these versions may predate the write. */
  readonly #writes = new LRUCache<string, number>(entryLimit(rememberedWrites));
  #pendingReads: Message<'seen'> | undefined;

  constructor(options: PeersOptions) {
    this.#options = options;
    this.#announced = new AnnouncedCampaigns(options.maximumBytes);
    options.bus.subscribe(topic, (text) => {
      this.#receive(text);
    });
    options.bus.onGap((gap) => {
      if (gap === 'receive') options.onLive({ kind: 'missed' });
      else this.#send({ kind: 'missed' });
    });
  }

  /** Announces a campaign that was read here: in full if it has changed, else only its version. */
  announceRead(campaign: Campaign, version: number): void {
    const { bus, onChanged } = this.#options;
    const announced = bus.isAlone && !onChanged ? undefined : this.#announced.recordLocal(campaign, version);
    if (!announced) return;
    const { isChange, isNew } = announced;
    if (isChange && !isNew) onChanged?.(campaign.sid);
    if (bus.isAlone) return;
    const { changed, same } = this.#batch();
    if (isChange) changed.push({ campaign: announced.campaign, order: version, ...(isNew && { isNew }) });
    else same.push({ sid: campaign.sid, order: version, since: announced.since });
  }

  /** Announces a write that may have changed a campaign and every list; null: the lists alone. */
  announceWrite(sid: string | null): void {
    if (this.#options.bus.isAlone) return;
    const version = this.#options.clock.next();
    if (sid !== null) this.#writes.set(sid, version);
    this.#send({ kind: 'wrote', sid, order: version });
  }

  /** Ignores announced reads of a campaign that may predate a write: those below a version. */
  ignoreReadsBefore(sid: string, version: number): void {
    this.#writes.set(sid, version - 1);
  }

  /** Forwards a callback that came to a valid address. */
  forwardCallback(webhook: WebhookKind, token: string, body: unknown): void {
    this.#send({ kind: 'callback', webhook, token, body });
  }

  /** Announces that the poll has read the newest window. */
  announcePoll(): void {
    this.#send({ kind: 'polled' });
  }

  /** The message that collects all campaigns of one read, such as the fifty of a window. */
  #batch(): Message<'seen'> {
    if (this.#pendingReads) return this.#pendingReads;
    const reads: Message<'seen'> = { kind: 'seen', changed: [], same: [] };
    this.#pendingReads = reads;
    setImmediate(() => {
      this.#pendingReads = undefined;
      this.#send(reads);
    });
    return reads;
  }

  #send(message: PeerMessage): void {
    const { bus } = this.#options;
    if (!bus.isAlone) bus.publish(topic, serializeMessage(message));
  }

  #receive(text: string): void {
    const message = parseMessage(text);
    if (message === 'other version') return;
    if (message === 'malformed') {
      this.#options.telemetry.peerMessageIgnored();
      return;
    }
    if (message.kind === 'seen') this.#applyReads(message);
    else if (message.kind === 'wrote') this.#applyWrite(message);
    else this.#options.onLive(message);
  }

  #applyReads({ changed, same }: Message<'seen'>): void {
    const { account, feed, onChanged } = this.#options;
    for (const { campaign, order: version, isNew } of changed) {
      const news = this.#isNews(campaign.sid, version) && this.#announced.recordRemote(campaign, version);
      if (!news) continue;
      account.applyRemoteRead(campaign, version);
      if (isNew && news.isChange) onChanged?.(campaign.sid); // the sender knew no earlier state
    }
    for (const { sid, order: version, since } of same)
      if (this.#isNews(sid, version) && this.#announced.recordUnchanged(sid, version, since))
        feed.observeUnchanged(sid, version);
  }

  #applyWrite({ sid, order: version }: Message<'wrote'>): void {
    if (sid !== null && this.#isNews(sid, version)) this.#writes.set(sid, version);
    this.#options.account.applyRemoteWrite(sid);
  }

  /** False for a read that predates the last write, and for a version that no clock can have given. */
  #isNews(sid: string, version: number): boolean {
    const { clock } = this.#options;
    if (!clock.isBelievable(version)) return false;
    clock.observe(version);
    return version > (this.#writes.get(sid) ?? -1);
  }
}
