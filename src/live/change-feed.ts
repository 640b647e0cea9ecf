import { isDeepStrictEqual } from 'node:util';
import { CampaignStatus } from '../domain/campaigns/campaign.js';
import { GatewayError } from '../domain/errors.js';
import { isBackwards } from '../domain/campaigns/lifecycle.js';
import { type Transport } from '../domain/requests/request-trace.js';
import { type LiveField, type Telemetry } from '../domain/telemetry.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message.js';
import { QueueCapacity, SubscriberQueue } from './subscribers/subscriber-queue.js';

/**
 * Fills the fields that a response lacks from the campaign before. The responses of list, get and update differ in their
 * fields (docs/upstream.md, traps: `state`, stats and callbacks are optional), and a missing field is not a change. Neither
 * is another spelling of the same status, nor another order of the same lists.
 */
export function fillMissing(campaign: Campaign, before: Campaign): Campaign {
  const isSameStatus = campaign.status === before.status && campaign.status !== CampaignStatus.UNKNOWN;
  const missing = Object.entries(before).filter(([key]) => campaign[key as keyof Campaign] === null);
  return {
    ...campaign,
    ...(Object.fromEntries(missing) as Partial<Campaign>),
    // Messages don't vanish: counts of zero were left out of the response.
    stats: campaign.stats.total === 0 ? before.stats : campaign.stats,
    upstreamStatus: isSameStatus ? before.upstreamStatus : campaign.upstreamStatus,
    lists: sidsOf(campaign) === sidsOf(before) ? before.lists : campaign.lists,
    updatedAt: campaign.updatedAt > before.updatedAt ? campaign.updatedAt : before.updatedAt,
  };
}

/** Compares two states of a campaign. The time of the read does not count, nor a `state` that was not known before. */
export function hasChanged(before: Campaign, after: Campaign): boolean {
  const ignored = { fetchedAt: '', ...(before.state === null && { state: null }) };
  return !isDeepStrictEqual({ ...before, ...ignored }, { ...after, ...ignored });
}

/**
 * Whether a read shows a former state. Its date alone does not prove that: the responses of list and get date different changes.
 * Nor does the state alone: a campaign may return to it, at a later date.
 */
function isFormer(campaign: Campaign, last: Campaign, past: readonly Campaign[]): boolean {
  return (
    campaign.updatedAt < last.updatedAt &&
    past.some(
      (former) =>
        campaign.updatedAt <= former.updatedAt && !hasChanged(former, fillMissing(campaign, former)),
    )
  );
}

function sidsOf({ lists }: Campaign): string {
  return JSON.stringify(lists.map(({ sid }) => sid).sort());
}

/** A campaign with subscribers. */
export interface WatchedCampaign {
  readonly sid: string;
  /** The campaign as last published, or as the first subscriber found it; null until it was read. */
  readonly last: Campaign | null;
  /** Time of the last read; epoch milliseconds. */
  readonly readAtMs: number;
}

interface Entry {
  /** Time of the first subscription; epoch milliseconds. */
  readonly sinceMs: number;
  last: Campaign | null;
  /** States before `last`, the latest first. */
  past: readonly Campaign[];
  version: number;
  readAtMs: number;
  /** Consecutive reads that did not find the campaign. */
  misses: number;
  readonly campaignQueues: Set<SubscriberQueue<Campaign>>;
  readonly messageQueues: Set<SubscriberQueue<MessageStatusEvent>>;
}

/** Queue lengths. Only the newest state of a campaign matters, but every event of its messages does. */
const maximumQueued: Readonly<Record<LiveField, number>> = { campaignUpdated: 1, messageStatusChanged: 1000 };

/** Bytes of a queued message event. Campaigns are held by the cache anyway. */
const eventBytes = 700;

/** Former states by which a lagging read is recognised. */
const rememberedStates = 3;

/** A campaign counts as gone after this many reads: one response may come from a lagging replica of the upstream. */
const missesUntilGone = 2;

/**
 * Publishes changes to subscribers, once and in order. It observes every campaign that is read or written, by a callback,
 * the poll, a mutation or any query. A difference from the last observed state is a change.
 */
export class ChangeFeed {
  readonly #now: () => number;
  readonly #telemetry: Telemetry;
  readonly #capacity: QueueCapacity;
  readonly #entries = new Map<string, Entry>();
  /** Called when a subscription is opened or closed, and when a watched campaign was first read. */
  onSubscribersChanged: () => void = () => undefined;

  /**
   * @param now epoch milliseconds.
   * @param maximumBytes of the queued events of all subscribers.
   */
  constructor(now: () => number, maximumBytes: number, telemetry: Telemetry) {
    this.#now = now;
    this.#capacity = new QueueCapacity(Math.floor(maximumBytes / eventBytes));
    this.#telemetry = telemetry;
  }

  /** Campaigns with subscribers of `campaignUpdated`. */
  get watched(): WatchedCampaign[] {
    return [...this.#entries]
      .filter(([, { campaignQueues }]) => campaignQueues.size > 0)
      .map(([sid, { last, readAtMs }]) => ({ sid, last, readAtMs }));
  }

  /** The campaign as last published; null until it was read; undefined without subscribers. */
  watchedCampaign(sid: string): Campaign | null | undefined {
    return this.#entries.get(sid)?.last;
  }

  /** Since when a campaign is watched whose messages have subscribers; undefined without any. Epoch milliseconds. */
  messagesWatchedSinceMs(sid: string): number | undefined {
    const entry = this.#entries.get(sid);
    return entry && entry.messageQueues.size > 0 ? entry.sinceMs : undefined;
  }

  /** Subscribes to the changes of a campaign. */
  campaignChanges(sid: string, transport: Transport): SubscriberQueue<Campaign> {
    return this.#subscribe('campaignUpdated', sid, transport, ({ campaignQueues }) => campaignQueues);
  }

  /** Subscribes to the status events of its messages. */
  messageChanges(sid: string, transport: Transport): SubscriberQueue<MessageStatusEvent> {
    return this.#subscribe('messageStatusChanged', sid, transport, ({ messageQueues }) => messageQueues);
  }

  /** Sets the state of a campaign that the first subscriber has read. */
  baseline(campaign: Campaign): void {
    const entry = this.#entries.get(campaign.sid);
    if (!entry || entry.last) return;
    entry.last = campaign;
    entry.readAtMs = Date.parse(campaign.fetchedAt);
    this.onSubscribersChanged();
  }

  /**
   * Observes a campaign that was read or written, and publishes it if it has changed.
   * @param version of the read: an older one than the last is ignored.
   */
  observe(campaign: Campaign, version: number): void {
    const entry = this.#entries.get(campaign.sid);
    if (!entry || entry.version >= version) return;
    this.#markRead(entry, version);
    const { last } = entry;
    if (!last) {
      entry.last = campaign;
      this.onSubscribersChanged();
      return;
    }
    if (isBackwards(last.status, campaign.status) || isFormer(campaign, last, entry.past)) return; // from a lagging replica
    entry.last = fillMissing(campaign, last);
    if (!hasChanged(last, entry.last)) return;
    entry.past = [last, ...entry.past].slice(0, rememberedStates);
    this.#publish('campaignUpdated', entry.campaignQueues, entry.last);
  }

  /** Observes that a campaign was read again without a change. */
  observeUnchanged(sid: string, version: number): void {
    const entry = this.#entries.get(sid);
    if (entry && entry.version < version) this.#markRead(entry, version);
  }

  /** Observes that the upstream does not have a campaign. Its subscriptions end at the second such read in a row. */
  notFound(sid: string): void {
    const entry = this.#entries.get(sid);
    if (!entry?.last) return; // the read of the first subscriber reports it
    entry.misses += 1;
    if (entry.misses < missesUntilGone) return;
    const gone = new GatewayError('NOT_FOUND', 'The campaign no longer exists.', { sid });
    for (const queue of [...entry.campaignQueues, ...entry.messageQueues]) queue.fail(gone);
  }

  /** Publishes a status event of a message. The caller has checked that it is new. */
  messageChanged(event: MessageStatusEvent): void {
    const entry = this.#entries.get(event.campaignSid);
    if (entry) this.#publish('messageStatusChanged', entry.messageQueues, event);
  }

  /** Time of the last read of a watched campaign; epoch milliseconds. */
  readAtMs(sid: string): number | undefined {
    return this.#entries.get(sid)?.readAtMs;
  }

  #markRead(entry: Entry, version: number): void {
    entry.version = version;
    entry.readAtMs = this.#now();
    entry.misses = 0;
  }

  #publish<T>(field: LiveField, queues: ReadonlySet<SubscriberQueue<T>>, event: T): void {
    if (queues.size > 0) this.#telemetry.eventPublished(field);
    for (const queue of queues) queue.push(event);
  }

  #subscribe<T>(
    field: LiveField,
    sid: string,
    transport: Transport,
    queuesOf: (entry: Entry) => Set<SubscriberQueue<T>>,
  ): SubscriberQueue<T> {
    const entry = this.#entries.get(sid) ?? newEntry(this.#now());
    this.#entries.set(sid, entry);
    const closed = this.#telemetry.subscriptionOpened(field, transport);
    const queue = new SubscriberQueue<T>({
      maximum: maximumQueued[field],
      capacity: this.#capacity,
      onDropped: () => {
        this.#telemetry.eventDropped(field);
      },
      onClosed: () => {
        closed();
        queuesOf(entry).delete(queue);
        if (entry.campaignQueues.size + entry.messageQueues.size === 0) this.#entries.delete(sid);
        this.onSubscribersChanged();
      },
    });
    queuesOf(entry).add(queue);
    this.onSubscribersChanged();
    return queue;
  }
}

function newEntry(sinceMs: number): Entry {
  return {
    sinceMs,
    last: null,
    past: [],
    version: -1,
    readAtMs: 0,
    misses: 0,
    campaignQueues: new Set(),
    messageQueues: new Set(),
  };
}
