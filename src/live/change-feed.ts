import { isDeepStrictEqual } from 'node:util';
import { CampaignStatus } from '../domain/campaign.js';
import { GatewayError } from '../domain/errors.js';
import { isBackwards } from '../domain/lifecycle.js';
import { type Transport } from '../domain/request-trace.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message.js';
import { SubscriberQueue, QueueCapacity } from './subscriber-queue.js';

/**
 * A campaign as it was read, with what this answer does not say taken over from the one before: list, get and update
 * differ in what they have (docs/upstream.md, traps: `state`, stats and callbacks are optional), and that something is not
 * said is no change. Nor is another spelling of the same status, or another version of the same lists.
 */
export function fillMissing(campaign: Campaign, before: Campaign): Campaign {
  const isSameStatus = campaign.status === before.status && campaign.status !== CampaignStatus.UNKNOWN;
  return {
    ...campaign,
    state: campaign.state ?? before.state,
    statusCallback: campaign.statusCallback ?? before.statusCallback,
    smsStatusCallback: campaign.smsStatusCallback ?? before.smsStatusCallback,
    reportUrl: campaign.reportUrl ?? before.reportUrl,
    estimatedCost: campaign.estimatedCost ?? before.estimatedCost,
    // Messages don't vanish: no counts at all are counts that were left out.
    stats: campaign.stats.total === 0 ? before.stats : campaign.stats,
    upstreamStatus: isSameStatus ? before.upstreamStatus : campaign.upstreamStatus,
    lists: sidsOf(campaign) === sidsOf(before) ? before.lists : campaign.lists,
    updatedAt: campaign.updatedAt > before.updatedAt ? campaign.updatedAt : before.updatedAt,
  };
}

/** When it was read is no part of what a campaign is, nor is what was not said of it before. */
export function hasChanged(before: Campaign, after: Campaign): boolean {
  const silent = { fetchedAt: '', ...(before.state === null && { state: null }) };
  return !isDeepStrictEqual({ ...before, ...silent }, { ...after, ...silent });
}

function sidsOf({ lists }: Campaign): string {
  return JSON.stringify(lists.map(({ sid }) => sid).sort());
}

/** What can be subscribed to. */
type LiveField = 'campaignUpdated' | 'messageStatusChanged';

/** Told of who listens, and of what they are told. */
export interface FeedObserver {
  /**
   * Somebody listens.
   * @param over how they came.
   * @returns who is told, once, that they have left.
   */
  opened(field: LiveField, over: Transport): () => void;
  /** Something changed that somebody listens to: told once, however many they are. */
  published(field: LiveField): void;
  /** A subscriber that does not keep up misses an event: of campaigns the newer replaces it. */
  dropped(field: LiveField): void;
}

/** A campaign that somebody listens to. */
export interface WatchedCampaign {
  readonly sid: string;
  /** As it was published last, or as it was when the first listener came; null until it was read. */
  readonly last: Campaign | null;
  /** When it was read last; epoch milliseconds. */
  readonly readAtMs: number;
}

interface Entry {
  last: Campaign | null;
  version: number;
  readAtMs: number;
  /** How often in a row it was not to be found. */
  misses: number;
  readonly campaignQueues: Set<SubscriberQueue<Campaign>>;
  readonly messageQueues: Set<SubscriberQueue<MessageStatusEvent>>;
}

/** Of a campaign only its newest state matters: one that waits is replaced. */
const campaignsWaiting = 1;
/** Of messages each matters, and of a burst that a subscriber can't keep up with the newest thousand. */
const messagesWaiting = 1000;

/** Of an event of a message that waits; a campaign is kept by others, too. */
const eventBytes = 700;

/** One answer may be of a copy of the upstream's that is behind. */
const missesToBelieve = 2;

/**
 * Tells subscribers what changed, once and in version. Whatever reads or writes a campaign shows it here; what differs
 * from what was shown before is a change, whoever saw it first: a callback, the poll, a mutation or another's query.
 */
export class ChangeFeed {
  readonly #now: () => number;
  readonly #observer: FeedObserver | undefined;
  readonly #room: QueueCapacity;
  readonly #entries = new Map<string, Entry>();
  /** Told when somebody comes or leaves, and when it is known what somebody listens to. */
  onSubscribersChanged: () => void = () => undefined;

  /**
   * @param now epoch milliseconds.
   * @param maximumBytes of events that wait for subscribers.
   * @param observer told of who listens to what.
   */
  constructor(now: () => number, maximumBytes: number, observer?: FeedObserver) {
    this.#now = now;
    this.#room = new QueueCapacity(Math.floor(maximumBytes / eventBytes));
    this.#observer = observer;
  }

  /** Every campaign whose own changes somebody listens to. */
  get watched(): WatchedCampaign[] {
    return [...this.#entries]
      .filter(([, { campaignQueues }]) => campaignQueues.size > 0)
      .map(([sid, { last, readAtMs }]) => ({ sid, last, readAtMs }));
  }

  /** The campaign as its listeners know it; undefined where nobody listens. */
  watchedCampaign(sid: string): Campaign | null | undefined {
    return this.#entries.get(sid)?.last;
  }

  /** Listens to a campaign's changes, from now on. */
  campaignChanges(sid: string, over: Transport): SubscriberQueue<Campaign> {
    const [field, maximum] = ['campaignUpdated', campaignsWaiting] as const;
    return this.#listen({ field, over, maximum }, sid, ({ campaignQueues }) => campaignQueues);
  }

  /** Listens to what its messages come to, from now on. */
  messageChanges(sid: string, over: Transport): SubscriberQueue<MessageStatusEvent> {
    const [field, maximum] = ['messageStatusChanged', messagesWaiting] as const;
    return this.#listen({ field, over, maximum }, sid, ({ messageQueues }) => messageQueues);
  }

  /** Takes what a campaign's first listener found it to be. */
  baseline(campaign: Campaign): void {
    const entry = this.#entries.get(campaign.sid);
    if (!entry || entry.last) return;
    entry.last = campaign;
    entry.readAtMs = Date.parse(campaign.fetchedAt);
    this.onSubscribersChanged();
  }

  /**
   * Takes a campaign as it was read.
   * @param version tells which of two readings is newer.
   */
  observe(campaign: Campaign, version: number): void {
    const entry = this.#entries.get(campaign.sid);
    if (!entry || entry.version >= version) return;
    this.#read(entry, version);
    const { last } = entry;
    if (last && isBackwards(last.status, campaign.status)) return; // a copy of the upstream's that is behind
    entry.last = last ? fillMissing(campaign, last) : campaign;
    if (!last) this.onSubscribersChanged();
    if (last && hasChanged(last, entry.last))
      this.#publish('campaignUpdated', entry.campaignQueues, entry.last);
  }

  /** Takes that a campaign was read again, and is what it was. */
  observeUnchanged(sid: string, version: number): void {
    const entry = this.#entries.get(sid);
    if (entry && entry.version < version) this.#read(entry, version);
  }

  /** Takes that the upstream does not have a campaign; said twice, its subscriptions end: nothing more will come. */
  notFound(sid: string): void {
    const entry = this.#entries.get(sid);
    if (!entry?.last) return; // its first listener is told
    entry.misses += 1;
    if (entry.misses < missesToBelieve) return;
    const gone = new GatewayError('NOT_FOUND', 'The campaign is not there any more.', { sid });
    for (const queue of [...entry.campaignQueues, ...entry.messageQueues]) queue.fail(gone);
  }

  /** When a campaign that somebody listens to was read last; epoch milliseconds. */
  readAtMs(sid: string): number | undefined {
    return this.#entries.get(sid)?.readAtMs;
  }

  #read(entry: Entry, version: number): void {
    entry.version = version;
    entry.readAtMs = this.#now();
    entry.misses = 0;
  }

  /** Tells what a message came to; whoever calls has made sure that it is new. */
  messageChanged(event: MessageStatusEvent): void {
    const { messageQueues } = this.#entries.get(event.campaignSid) ?? {};
    if (messageQueues) this.#publish('messageStatusChanged', messageQueues, event);
  }

  #publish<T>(field: LiveField, queues: ReadonlySet<SubscriberQueue<T>>, event: T): void {
    if (queues.size > 0) this.#observer?.published(field);
    for (const queue of queues) queue.push(event);
  }

  #listen<T>(
    { field, over, maximum }: { field: LiveField; over: Transport; maximum: number },
    sid: string,
    queuesOf: (entry: Entry) => Set<SubscriberQueue<T>>,
  ): SubscriberQueue<T> {
    const entry = this.#entries.get(sid) ?? newEntry();
    this.#entries.set(sid, entry);
    const closed = this.#observer?.opened(field, over);
    const queue = new SubscriberQueue<T>({
      maximum,
      room: this.#room,
      onDropped: () => this.#observer?.dropped(field),
      onLeft: () => {
        closed?.();
        queuesOf(entry).delete(queue);
        if (listenersOf(entry) === 0) this.#entries.delete(sid);
        this.onSubscribersChanged();
      },
    });
    queuesOf(entry).add(queue);
    this.onSubscribersChanged();
    return queue;
  }
}

function newEntry(): Entry {
  return {
    last: null,
    version: -1,
    readAtMs: 0,
    misses: 0,
    campaignQueues: new Set(),
    messageQueues: new Set(),
  };
}

function listenersOf({ campaignQueues, messageQueues }: Entry): number {
  return campaignQueues.size + messageQueues.size;
}
