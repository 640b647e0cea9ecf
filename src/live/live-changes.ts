import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import { type AccountReads } from '../datasources/reading/account-reads.js';
import { CallbackReceiver } from './callback-receiver.js';
import { CallbackUrls } from './callback-urls.js';
import { type ChangeFeed } from './change-feed.js';
import { Rereads } from './rereads.js';
import { SharedPoll } from './shared-poll.js';
import { Subscriptions } from './subscriptions.js';
import { WebhookTokens } from './webhook-token.js';

/** What being live needs. */
export interface LiveChangesOptions {
  /** The feed that the account's reads are shown to. */
  readonly feed: ChangeFeed;
  readonly account: AccountReads;
  /** Shown every callback. */
  readonly drift?: DriftWatch;
  /** What callback addresses are authenticated with. */
  readonly secret: string;
  /** Where the upstream reaches this gateway; undefined where it doesn't. */
  readonly root: () => string | undefined;
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
  readonly #rereads: Rereads;
  readonly #poll: SharedPoll;

  constructor({ feed, account, drift, secret, root, now, speed }: LiveChangesOptions) {
    const tokens = new WebhookTokens(secret);
    const urls = new CallbackUrls(tokens, root);
    this.urls = urls;
    this.subscriptions = new Subscriptions(feed, account);
    this.#rereads = new Rereads(feed, account, speed);
    this.receiver = new CallbackReceiver({ feed, account, rereads: this.#rereads, tokens, urls, drift });
    const isCalledBack = urls.isCalledBack.bind(urls);
    this.#poll = new SharedPoll({ feed, account, isCalledBack, now, speed });
  }

  /** Ends what was still to be read. */
  close(): void {
    this.#poll.close();
    this.#rereads.close();
  }
}
