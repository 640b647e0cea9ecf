import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import {
  type CampaignHint,
  campaignHintFromWire,
  messageEventFromWire,
} from '../datasources/exotel/mapping/message.js';
import { type WebhookKind } from '../domain/network/addresses.js';
import { entryBytes, entryLimit } from '../domain/entry-size.js';
import { historyWith, type StatusHistory } from '../domain/campaigns/message.js';
import { type CallbackVerdict } from '../domain/telemetry.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message.js';
import { type CallbackUrls, type WebhookTokens } from './callback-urls.js';
import { type ChangeFeed } from './change-feed.js';
import { type RefreshDebouncer } from './refresh-debouncer.js';

/** Bounds on the memory of live updates, in bytes. */
export interface LiveMemoryLimits {
  /** Last status of each message that a callback came for, to recognise repeated callbacks. */
  readonly callbacks: number;
  /** Events in the queues of all subscribers together. */
  readonly waitingEvents: number;
  /** Campaigns as they were announced to the peers. */
  readonly peerCampaigns: number;
}

/** Options of the receiver. */
export interface CallbackReceiverOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  readonly refreshes: RefreshDebouncer;
  readonly tokens: WebhookTokens;
  readonly urls: CallbackUrls;
  readonly maximumBytes: Pick<LiveMemoryLimits, 'callbacks'>;
  /** Inspects every callback to a valid address. */
  readonly drift?: DriftWatch | undefined;
  /** Forwards a callback to the peers. */
  readonly forward: (kind: WebhookKind, token: string, body: unknown) => void;
  /** Called with a campaign that has changed and is not cached here; undefined: not needed. */
  readonly onUncached: ((sid: string) => void) | undefined;
}

interface CheckedCallback {
  /** The sender learns nothing more. */
  readonly verdict: Exclude<CallbackVerdict, 'refused'>;
  /** True if the callback is forwarded: a peer may know the campaign better. */
  readonly isForwarded: boolean;
}

/** A forwarded callback that comes while its campaign is being read is checked again at intervals, for five seconds. */
const [retryIntervalMs, maximumRetries, maximumWaiting] = [250, 20, 1000];
/** Callbacks come "2 to 4 times within about 45 minutes": numbers of the latest campaign and message callbacks to remember. */
const rememberedHints = 10_000;
const rememberedMessages = 200_000;
/** Bytes of a remembered message. */
const messageBytes = entryBytes + 40;

/** Receives callbacks. They come at least once, late, in any order, and from anybody who knows the address. */
export class CallbackReceiver {
  readonly #options: CallbackReceiverOptions;
  readonly #hints = new LRUCache<string, true>(entryLimit(rememberedHints));
  #waiting = 0;
  readonly #messages: LRUCache<string, StatusHistory>;

  constructor(options: CallbackReceiverOptions) {
    this.#options = options;
    const maximumForBytes = Math.floor(options.maximumBytes.callbacks / messageBytes);
    this.#messages = new LRUCache(entryLimit(Math.min(rememberedMessages, maximumForBytes)));
  }

  /**
   * Checks a callback, and processes it after the response: the upstream waits at most 5 s for the response.
   * @param body parsed from JSON or from a form.
   */
  receive(kind: WebhookKind, token: string, body: unknown): CheckedCallback['verdict'] {
    const { verdict, isForwarded } = this.#check(kind, token, body);
    if (isForwarded)
      setImmediate(() => {
        this.#options.forward(kind, token, body);
      });
    return verdict;
  }

  /** Receives a callback that a peer has forwarded. A peer sends it only once, so a callback that is too early waits. */
  receiveForwarded(kind: WebhookKind, token: string, body: unknown, retries = 0): void {
    if (this.#check(kind, token, body).verdict !== 'tooEarly') return;
    if (retries >= maximumRetries || this.#waiting >= maximumWaiting) return;
    this.#waiting += 1;
    setTimeout(() => {
      this.#waiting -= 1;
      this.receiveForwarded(kind, token, body, retries + 1);
    }, retryIntervalMs).unref();
  }

  #check(kind: WebhookKind, token: string, body: unknown): CheckedCallback {
    if (!this.#options.tokens.isOurs(kind, token)) return { verdict: 'unknownAddress', isForwarded: false };
    this.#options.drift?.lookAtCallback(kind, body);
    const event = kind === 'campaign' ? campaignHintFromWire(body) : messageEventFromWire(body);
    if (!event) return { verdict: 'malformed', isForwarded: false };
    const { feed, urls, refreshes } = this.#options;
    const campaign = this.#campaign(event.campaignSid);
    // The first subscriber is reading the campaign: until then the callback can't be checked, and is to be sent again.
    if (!campaign && feed.watchedCampaign(event.campaignSid) === null)
      return { verdict: 'tooEarly', isForwarded: true };
    if (campaign && !urls.isBound(campaign, kind, token)) {
      // The address may be newer than the cached campaign, unless the campaign names another address of this gateway.
      const mayBeNewer = !urls.isOurs(campaign, kind);
      if (mayBeNewer) refreshes.request(campaign.sid);
      return { verdict: 'unknownAddress', isForwarded: mayBeNewer };
    }
    // A campaign that is not cached has nothing to refresh, but caches of routers may have it.
    if (!campaign) this.#options.onUncached?.(event.campaignSid);
    if (campaign)
      setImmediate(() => {
        if ('identity' in event) this.#campaignChanged(campaign, event);
        else this.#messageChanged(event);
      });
    return { verdict: 'accepted', isForwarded: true };
  }

  #campaign(sid: string): Campaign | undefined {
    return this.#options.feed.watchedCampaign(sid) ?? this.#options.account.cached(sid);
  }

  #campaignChanged(campaign: Campaign, hint: CampaignHint): void {
    if (this.#hints.has(hint.identity)) return;
    this.#hints.set(hint.identity, true);
    this.#options.refreshes.requestReported(campaign, hint);
  }

  #messageChanged(event: MessageStatusEvent): void {
    const key = keyOf(event);
    const history = historyWith(this.#messages.get(key), event.status, event.upstreamStatus);
    if (history === undefined) return;
    this.#messages.set(key, history);
    this.#options.feed.messageChanged(event);
    this.#options.refreshes.request(event.campaignSid);
  }
}

/** Key of a message: a digest, so that its length does not depend on the callback. */
function keyOf({ campaignSid, messageSid }: MessageStatusEvent): string {
  return createHash('sha256').update(`${campaignSid}\n${messageSid}`).digest('base64url').slice(0, 22);
}
