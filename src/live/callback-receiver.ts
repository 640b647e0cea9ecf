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
import { type PublishedStatuses } from './published-statuses.js';
import { type RefreshDebouncer } from './refresh-debouncer.js';

/** Options of the receiver. */
interface CallbackReceiverOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  readonly refreshes: RefreshDebouncer;
  readonly tokens: WebhookTokens;
  readonly urls: CallbackUrls;
  /** Memory for the last status of each message reported by a callback. */
  readonly maximumBytes: number;
  /** What other instances have published; undefined without any. */
  readonly published: PublishedStatuses | undefined;
  /** Inspects every callback to a valid address, in the instance that receives it. */
  readonly drift?: DriftWatch | undefined;
  /** Forwards a callback to the peers. */
  readonly forward: (kind: WebhookKind, token: string, body: unknown) => void;
  /** Called with a campaign that has changed and is not cached here; undefined: not needed. */
  readonly onUncached: ((sid: string) => void) | undefined;
}

/** Result of the checks of a callback. */
interface CallbackCheck {
  /** All that the sender learns. */
  readonly verdict: Exclude<CallbackVerdict, 'refused'>;
  /** True if the callback is forwarded: a peer may know the campaign better. */
  readonly isForwarded: boolean;
}

/** A forwarded callback that comes while its campaign is being read is checked again at intervals, for five seconds. */
const [retryIntervalMs, maximumRetries, maximumWaiting] = [250, 20, 1000];
/** Latest callbacks that are remembered, of campaigns and of messages: each comes "2 to 4 times within about 45 minutes". */
const [rememberedHints, rememberedMessages] = [10_000, 200_000];
/** Bytes of a remembered message. */
const messageBytes = entryBytes + 40;

/** Receives callbacks. They come at least once, late, in any order, and from anyone who knows the address. */
export class CallbackReceiver {
  readonly #options: CallbackReceiverOptions;
  readonly #hints = new LRUCache<string, true>(entryLimit(rememberedHints));
  readonly #messages: LRUCache<string, StatusHistory>;
  /** Number of forwarded callbacks that are to be checked again. */
  #waiting = 0;

  constructor(options: CallbackReceiverOptions) {
    this.#options = options;
    const maximumForBytes = Math.floor(options.maximumBytes / messageBytes);
    this.#messages = new LRUCache(entryLimit(Math.min(rememberedMessages, maximumForBytes)));
  }

  /**
   * Checks a callback, and processes it after the response: the upstream waits at most 5 s for the response.
   * @param body parsed from JSON or from a form.
   */
  receive(kind: WebhookKind, token: string, body: unknown): CallbackCheck['verdict'] {
    const { tokens, drift, forward } = this.#options;
    if (!tokens.isOurs(kind, token)) return 'unknownAddress';
    drift?.lookAtCallback(kind, body);
    const { verdict, isForwarded } = this.#check(kind, token, body);
    if (isForwarded)
      setImmediate(() => {
        forward(kind, token, body);
      });
    return verdict;
  }

  /** Receives a callback that a peer has forwarded. A peer sends it only once, so a callback that is too early waits. */
  receiveForwarded(kind: WebhookKind, token: string, body: unknown, retries = 0): void {
    if (!this.#options.tokens.isOurs(kind, token)) return;
    if (this.#check(kind, token, body).verdict !== 'tooEarly') return;
    if (retries >= maximumRetries || this.#waiting >= maximumWaiting) return;
    this.#waiting += 1;
    setTimeout(() => {
      this.#waiting -= 1;
      this.receiveForwarded(kind, token, body, retries + 1);
    }, retryIntervalMs).unref();
  }

  /** @param token one of this gateway's. */
  #check(kind: WebhookKind, token: string, body: unknown): CallbackCheck {
    const event = kind === 'campaign' ? campaignHintFromWire(body) : messageEventFromWire(body);
    if (!event) return { verdict: 'malformed', isForwarded: false };
    const { feed, account, urls, refreshes } = this.#options;
    const watched = feed.watchedCampaign(event.campaignSid);
    const campaign = watched ?? account.cached(event.campaignSid);
    // The first subscriber is reading the campaign: until then the callback can't be checked, and is to be sent again.
    if (!campaign && watched === null) return { verdict: 'tooEarly', isForwarded: true };
    if (campaign && !urls.isBound(campaign, kind, token)) {
      // The address may be newer than the cached campaign, unless the campaign names another address of this gateway.
      const mayBeNewer = !urls.isOurs(campaign, kind);
      if (mayBeNewer) refreshes.request(campaign.sid);
      return { verdict: 'unknownAddress', isForwarded: mayBeNewer };
    }
    if (campaign)
      setImmediate(() => {
        if ('identity' in event) this.#campaignChanged(campaign, event);
        else this.#messageChanged(event);
      });
    // A campaign that is not cached has nothing to refresh, but caches of routers may have it.
    else this.#options.onUncached?.(event.campaignSid);
    return { verdict: 'accepted', isForwarded: true };
  }

  #campaignChanged(campaign: Campaign, hint: CampaignHint): void {
    if (this.#hints.has(hint.identity)) return;
    this.#hints.set(hint.identity, true);
    this.#options.refreshes.requestReported(campaign, hint);
  }

  /** Callbacks of one message are processed in order, also while the shared state is asked what was published of it before. */
  #messageChanged(event: MessageStatusEvent): void {
    const { feed, published } = this.#options;
    const key = keyOf(event);
    const watchedSinceMs = feed.messagesWatchedSinceMs(event.campaignSid);
    const isAsked = watchedSinceMs !== undefined && !this.#messages.has(key);
    const asked = isAsked ? published?.before(key, watchedSinceMs) : undefined;
    if (asked)
      void asked.then((before) => {
        if (before !== undefined && !this.#messages.has(key)) this.#messages.set(key, before);
        this.#publish(key, event);
      });
    else this.#publish(key, event);
  }

  #publish(key: string, event: MessageStatusEvent): void {
    const { feed, published, refreshes } = this.#options;
    const history = historyWith(this.#messages.get(key), event.status, event.upstreamStatus);
    if (history === undefined) return;
    this.#messages.set(key, history);
    feed.messageChanged(event);
    if (feed.messagesWatchedSinceMs(event.campaignSid) !== undefined) published?.record(key, history, event);
    refreshes.request(event.campaignSid);
  }
}

/** Key of a message: a digest, so that its length does not depend on the callback. */
function keyOf({ campaignSid, messageSid }: MessageStatusEvent): string {
  return createHash('sha256').update(`${campaignSid}\n${messageSid}`).digest('base64url').slice(0, 22);
}
