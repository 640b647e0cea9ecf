import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import {
  type CampaignHint,
  campaignHintFromWire,
  messageEventFromWire,
} from '../datasources/exotel/mapping/message.js';
import { CampaignStatus } from '../domain/campaign.js';
import { entryBytes, entryLimit } from '../domain/entry-size.js';
import { isBackwards } from '../domain/lifecycle.js';
import { isNext, type MessageStatus } from '../domain/message.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message.js';
import { type CallbackUrls, type WebhookKind, type WebhookTokens } from './callback-urls.js';
import { type ChangeFeed } from './change-feed.js';
import { type RefreshDebouncer } from './refresh-debouncer.js';

/** Bounds on the memory of what is live, in bytes. */
export interface LiveMemoryLimits {
  /** Statuses that messages were called back with before: one that comes again is no news. */
  readonly callbacks: number;
  /** Events that wait for subscribers that do not keep up, for all of them together. */
  readonly waitingEvents: number;
  /** Campaigns as all gateways of the account know them. */
  readonly peerCampaigns: number;
}

/** What receiving needs. */
export interface CallbackReceiverOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReader;
  readonly refreshes: RefreshDebouncer;
  readonly tokens: WebhookTokens;
  readonly urls: CallbackUrls;
  readonly maximumBytes: Pick<LiveMemoryLimits, 'callbacks'>;
  /** Shown every callback that came to an address of ours. */
  readonly drift?: DriftWatch | undefined;
  /** Tells the account's other gateways. */
  readonly forward: (kind: WebhookKind, token: string, body: unknown) => void;
}

/** What is told to who called: nothing more than that. */
export type CallbackVerdict = 'accepted' | 'unknownAddress' | 'malformed' | 'tooEarly';

interface CheckedCallback {
  readonly verdict: CallbackVerdict;
  /** Whether other gateways may know the campaign better. */
  readonly isForOthers: boolean;
}

/** What another gateway passes on while the campaign is being read here is looked at again, for five seconds. */
const [againMs, maximumTries, maximumEarly] = [250, 20, 1000];
/** Callbacks come "2 to 4 times within about 45 minutes": so many of the last are remembered, by digests. */
const rememberedHints = 10_000;
const rememberedMessages = 200_000;
/** Of a message that is remembered. */
const messageBytes = entryBytes + 40;

/** Takes callbacks in: at least once, late, in any order, from anybody who has the address. */
export class CallbackReceiver {
  readonly #options: CallbackReceiverOptions;
  readonly #hints = new LRUCache<string, true>(entryLimit(rememberedHints));
  #early = 0;
  readonly #messages: LRUCache<string, MessageStatus>;

  constructor(options: CallbackReceiverOptions) {
    this.#options = options;
    const asRoomAllows = Math.floor(options.maximumBytes.callbacks / messageBytes);
    this.#messages = new LRUCache(entryLimit(Math.min(rememberedMessages, asRoomAllows)));
  }

  /**
   * Says at once whether a callback is taken; the work comes after the answer, since the upstream waits for it 5 s.
   * @param body as parsed from JSON or from a form.
   */
  receive(kind: WebhookKind, token: string, body: unknown): CallbackVerdict {
    const { verdict, isForOthers } = this.#take(kind, token, body);
    // The address is one of ours, but whose it is they may know better.
    if (isForOthers)
      setImmediate(() => {
        this.#options.forward(kind, token, body);
      });
    return verdict;
  }

  /** Takes what another gateway was called back; nobody sends it again, so what is too early waits. */
  receiveForwarded(kind: WebhookKind, token: string, body: unknown, tries = 0): void {
    if (this.#take(kind, token, body).verdict !== 'tooEarly') return;
    if (tries >= maximumTries || this.#early >= maximumEarly) return;
    this.#early += 1;
    setTimeout(() => {
      this.#early -= 1;
      this.receiveForwarded(kind, token, body, tries + 1);
    }, againMs).unref();
  }

  #take(kind: WebhookKind, token: string, body: unknown): CheckedCallback {
    if (!this.#options.tokens.isOurs(kind, token)) return { verdict: 'unknownAddress', isForOthers: false };
    this.#options.drift?.lookAtCallback(kind, body);
    const said = kind === 'campaign' ? campaignHintFromWire(body) : messageEventFromWire(body);
    if (!said) return { verdict: 'malformed', isForOthers: false };
    const { feed, urls, refreshes: rereads } = this.#options;
    const campaign = this.#campaign(said.campaignSid);
    // Its first listener is reading it this moment: what can't be checked yet is better sent again.
    if (!campaign && feed.watchedCampaign(said.campaignSid) === null)
      return { verdict: 'tooEarly', isForOthers: true };
    if (campaign && !urls.isBound(campaign, kind, token)) {
      // Its address may be newer than our picture of it, unless that names another of ours.
      const mayBeNewer = !urls.isOurs(campaign, kind);
      if (mayBeNewer) rereads.request(campaign.sid);
      return { verdict: 'unknownAddress', isForOthers: mayBeNewer };
    }
    // Of a campaign that nobody has read there is nothing to bring up to date.
    if (campaign)
      setImmediate(() => {
        if ('identity' in said) this.#hinted(campaign, said);
        else this.#messageChanged(said);
      });
    return { verdict: 'accepted', isForOthers: true };
  }

  #campaign(sid: string): Campaign | undefined {
    return this.#options.feed.watchedCampaign(sid) ?? this.#options.account.cached(sid);
  }

  #hinted(campaign: Campaign, { identity, status, hasReport }: CampaignHint): void {
    if (this.#hints.has(identity)) return;
    this.#hints.set(identity, true);
    const isKnown = status === campaign.status && (campaign.reportUrl !== null || !hasReport);
    if (isKnown || isBackwards(campaign.status, status)) return;
    // A word that nobody knows is not waited for: the upstream's own answers may never show it.
    this.#options.refreshes.request(campaign.sid, status === CampaignStatus.UNKNOWN ? undefined : status);
  }

  #messageChanged(event: MessageStatusEvent): void {
    const key = keyOf(event);
    if (!isNext(this.#messages.get(key), event.status)) return;
    this.#messages.set(key, event.status);
    this.#options.feed.messageChanged(event);
    this.#options.refreshes.request(event.campaignSid);
  }
}

/** Of one length, however long the sids are that a callback names. */
function keyOf({ campaignSid, messageSid }: MessageStatusEvent): string {
  return createHash('sha256').update(`${campaignSid}\n${messageSid}`).digest('base64url').slice(0, 22);
}
