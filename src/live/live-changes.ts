import { type HybridClock } from '../datasources/cache/hybrid-clock.js';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { CallbackReceiver, type LiveMemoryLimits } from './callback-receiver.js';
import { CallbackUrls, WebhookTokens } from './callback-urls.js';
import { type ChangeFeed } from './change-feed.js';
import { Leases } from './leases.js';
import { Peers } from './peers.js';
import { RefreshDebouncer } from './refresh-debouncer.js';
import { SharedPoll } from './shared-poll.js';
import { Subscriptions } from './subscriptions.js';

/** What being live needs. */
export interface LiveChangesOptions {
  /** The feed that the account's reads are shown to. */
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  /** Shown every callback. */
  readonly drift?: DriftWatch;
  readonly clock: HybridClock;
  /** Where the account's other gateways are told, and heard. */
  readonly bus: SharedBus;
  readonly state: SharedState;
  /** Told of what another gateway said and can't be read. */
  readonly onMalformedMessage: () => void;
  /** What callback addresses are authenticated with. */
  readonly secret: string;
  /** Where the upstream reaches this gateway; undefined where it doesn't. */
  readonly root: () => string | undefined;
  readonly maximumBytes: LiveMemoryLimits;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many times faster than life campaigns run. */
  readonly speed: number;
}

/** Callbacks in, subscriptions out: docs/live.md. */
export class LiveChanges {
  readonly subscriptions: Subscriptions;
  readonly receiver: CallbackReceiver;
  readonly urls: CallbackUrls;
  readonly peers: Peers;
  readonly #rereads: RefreshDebouncer;
  readonly #poll: SharedPoll;

  constructor(options: LiveChangesOptions) {
    const { feed, account, drift, now, speed, bus, maximumBytes } = options;
    const tokens = new WebhookTokens(options.secret);
    const urls = new CallbackUrls(tokens, options.root);
    const claims = new Leases(bus, options.state);
    const others = new Peers({
      ...options,
      onMalformed: options.onMalformedMessage,
      onCallback: (kind, token, body) => {
        this.receiver.receiveForwarded(kind, token, body);
      },
      onRemotePoll: () => {
        this.#poll.applyRemotePoll();
      },
      onMissed: () => {
        this.#poll.pollAll();
      },
    });
    this.urls = urls;
    this.peers = others;
    this.subscriptions = new Subscriptions(feed, account);
    const rereads = new RefreshDebouncer({ feed, account, claims, now, speed });
    this.#rereads = rereads;
    const passOn = others.forwardCallback.bind(others);
    this.receiver = new CallbackReceiver({
      feed,
      account,
      refreshes: rereads,
      tokens,
      urls,
      forward: passOn,
      drift,
      maximumBytes,
    });
    const isCalledBack = urls.isCalledBack.bind(urls);
    const onPolled = others.announcePoll.bind(others);
    this.#poll = new SharedPoll({ feed, account, claims, onPolled, isCalledBack, now, speed });
  }

  /** Ends what was still to be read. */
  close(): void {
    this.#poll.close();
    this.#rereads.close();
  }
}
