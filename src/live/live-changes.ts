import { type ReadingClock } from '../datasources/cache/hybrid-clock.js';
import { type AccountReads } from '../datasources/campaigns/account-reads.js';
import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { CallbackReceiver, type LiveBytes } from './callback-receiver.js';
import { CallbackUrls, WebhookTokens } from './callback-urls.js';
import { type ChangeFeed } from './change-feed.js';
import { Claims } from './leases.js';
import { OtherInstances } from './peers.js';
import { Rereads } from './refreshes.js';
import { SharedPoll } from './shared-poll.js';
import { Subscriptions } from './subscriptions.js';

/** What being live needs. */
export interface LiveChangesOptions {
  /** The feed that the account's reads are shown to. */
  readonly feed: ChangeFeed;
  readonly account: AccountReads;
  /** Shown every callback. */
  readonly drift?: DriftWatch;
  readonly clock: ReadingClock;
  /** Where the account's other gateways are told, and heard. */
  readonly bus: SharedBus;
  readonly state: SharedState;
  /** Told of what another gateway said and can't be read. */
  readonly onUnreadable: () => void;
  /** What callback addresses are authenticated with. */
  readonly secret: string;
  /** Where the upstream reaches this gateway; undefined where it doesn't. */
  readonly root: () => string | undefined;
  readonly maximumBytes: LiveBytes;
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
  readonly others: OtherInstances;
  readonly #rereads: Rereads;
  readonly #poll: SharedPoll;

  constructor(options: LiveChangesOptions) {
    const { feed, account, drift, now, speed, bus, maximumBytes } = options;
    const tokens = new WebhookTokens(options.secret);
    const urls = new CallbackUrls(tokens, options.root);
    const claims = new Claims(bus, options.state);
    const others = new OtherInstances({
      ...options,
      onCallback: (kind, token, body) => {
        this.receiver.passedOn(kind, token, body);
      },
      onPolled: () => {
        this.#poll.polledElsewhere();
      },
      onMissed: () => {
        this.#poll.readAll();
      },
    });
    this.urls = urls;
    this.others = others;
    this.subscriptions = new Subscriptions(feed, account);
    const rereads = new Rereads({ feed, account, claims, now, speed });
    this.#rereads = rereads;
    const passOn = others.calledBack.bind(others);
    this.receiver = new CallbackReceiver({
      feed,
      account,
      rereads,
      tokens,
      urls,
      passOn,
      drift,
      maximumBytes,
    });
    const isCalledBack = urls.isCalledBack.bind(urls);
    const onPolled = others.polled.bind(others);
    this.#poll = new SharedPoll({ feed, account, claims, onPolled, isCalledBack, now, speed });
  }

  /** Ends what was still to be read. */
  close(): void {
    this.#poll.close();
    this.#rereads.close();
  }
}
