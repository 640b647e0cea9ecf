import { type HybridClock } from '../datasources/cache/hybrid-clock.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { type Telemetry } from '../domain/telemetry.js';
import { CallbackReceiver } from './callback-receiver.js';
import { CallbackUrls, WebhookTokens } from './callback-urls.js';
import { ChangeFeed } from './change-feed.js';
import { Leases } from './leases.js';
import { Peers } from './peers.js';
import { PublishedStatuses } from './published-statuses.js';
import { RefreshDebouncer } from './refresh-debouncer.js';
import { SharedPoll } from './shared-poll.js';
import { Subscriptions } from './subscribers/subscriptions.js';

/** Bounds on the memory of live updates, in bytes. */
interface LiveMemoryLimits {
  /** Last status of each message that a callback came for, to recognise repeated callbacks. */
  readonly callbacks: number;
  /** Events in the queues of all subscribers together. */
  readonly waitingEvents: number;
  /** Campaigns as they were announced to the peers. */
  readonly peerCampaigns: number;
}

/** Options of live updates. */
interface LiveChangesOptions {
  readonly telemetry: Telemetry;
  readonly account: AccountReader;
  /** Inspects every callback. */
  readonly drift?: DriftWatch;
  readonly clock: HybridClock;
  /** Messages between the instances of the account. */
  readonly bus: SharedBus;
  readonly state: SharedState;
  /** Secret that authenticates callback URLs. */
  readonly secret: string;
  /** Base URL at which the upstream reaches this gateway; undefined if it can't. */
  readonly root: () => string | undefined;
  readonly maximumBytes: LiveMemoryLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Epoch milliseconds, by the clock that the instances agree on. */
  readonly sharedNow: () => number;
  /** How many times faster than real ones campaigns run. */
  readonly speed: number;
  /** Called with each campaign that has changed, perhaps repeatedly; null: with the lists. Undefined: not needed. */
  readonly onChanged: ((sid: string | null) => void) | undefined;
}

/** Live updates, from callbacks and the poll to subscriptions: docs/live.md. */
export class LiveChanges {
  readonly subscriptions: Subscriptions;
  readonly receiver: CallbackReceiver;
  readonly urls: CallbackUrls;
  readonly #refreshes: RefreshDebouncer;
  readonly #poll: SharedPoll;

  constructor(options: LiveChangesOptions) {
    const { account, drift, now, speed, bus, maximumBytes, onChanged } = options;
    const feed = new ChangeFeed(now, maximumBytes.waitingEvents, options.telemetry);
    const tokens = new WebhookTokens(options.secret);
    const urls = new CallbackUrls(tokens, options.root);
    const leases = new Leases(bus, options.state);
    const peers = new Peers({
      ...options,
      feed,
      maximumBytes: maximumBytes.peerCampaigns,
      onLive: (message) => {
        if (message.kind === 'callback')
          this.receiver.receiveForwarded(message.webhook, message.token, message.body);
        else if (message.kind === 'polled') this.#poll.applyRemotePoll();
        else this.#poll.pollAll();
      },
    });
    const refreshes = new RefreshDebouncer({ feed, account, leases, now, speed });
    account.subscribe((event) => {
      if (event.type === 'written' || event.type === 'invalidated') onChanged?.(event.sid);
      if (event.type === 'written') {
        peers.announceWrite(event.sid);
        if (event.sid !== null && event.isOverlapped) refreshes.request(event.sid);
      } else if (event.type === 'uncertain') {
        if (event.since !== undefined) peers.ignoreReadsBefore(event.sid, event.since);
        refreshes.request(event.sid);
      } else if (event.type === 'updated' && event.resource === 'campaign') {
        const { value, version } = event.entry;
        if (!value.campaign) return;
        feed.observe(value.campaign, version);
        peers.announceRead(value.campaign, version);
      }
    });
    this.urls = urls;
    this.#refreshes = refreshes;
    this.subscriptions = new Subscriptions(feed, account);
    this.receiver = new CallbackReceiver({
      feed,
      account,
      refreshes,
      tokens,
      urls,
      forward: peers.forwardCallback.bind(peers),
      onUncached: onChanged,
      drift,
      maximumBytes: maximumBytes.callbacks,
      published: bus.isAlone ? undefined : new PublishedStatuses(options),
    });
    this.#poll = new SharedPoll({
      feed,
      account,
      leases,
      onPolled: peers.announcePoll.bind(peers),
      isCalledBack: urls.isCalledBack.bind(urls),
      now,
      speed,
    });
  }

  /** Stops the poll and pending refreshes. */
  close(): void {
    this.#poll.close();
    this.#refreshes.close();
  }
}
