import { LRUCache } from 'lru-cache';
import { type DriftWatch } from '../datasources/exotel/drift/drift-watch.js';
import {
  type CampaignHint,
  campaignHintFromWire,
  messageEventFromWire,
} from '../datasources/exotel/mapping/callback.js';
import { type AccountReads } from '../datasources/reading/account-reads.js';
import { isBackwards } from '../domain/lifecycle.js';
import { isNext, type MessageStatus } from '../domain/message.js';
import { type Campaign } from '../schema/campaign.js';
import { type MessageStatusEvent } from '../schema/message-status-event.js';
import { type CallbackUrls } from './callback-urls.js';
import { type ChangeFeed } from './change-feed.js';
import { type Rereads } from './rereads.js';
import { type WebhookKind, type WebhookTokens } from './webhook-token.js';

/** What receiving needs. */
export interface CallbackReceiverOptions {
  readonly feed: ChangeFeed;
  readonly account: AccountReads;
  readonly rereads: Rereads;
  readonly tokens: WebhookTokens;
  readonly urls: CallbackUrls;
  /** Shown every callback that came to an address of ours. */
  readonly drift?: DriftWatch | undefined;
}

/** What is told to who called: nothing more than that. */
export type Verdict = 'accepted' | 'unknownAddress' | 'malformed' | 'tooEarly';

/** Callbacks come "2 to 4 times within about 45 minutes": so many of the last are remembered. */
const rememberedHints = 10_000;
const rememberedMessages = 200_000;

/** Takes callbacks in: at least once, late, in any order, from anybody who has the address. */
export class CallbackReceiver {
  readonly #options: CallbackReceiverOptions;
  readonly #hints = new LRUCache<string, true>({ max: rememberedHints });
  readonly #messages = new LRUCache<string, MessageStatus>({ max: rememberedMessages });

  constructor(options: CallbackReceiverOptions) {
    this.#options = options;
  }

  /**
   * Says at once whether a callback is taken; the work comes after the answer, since the upstream waits for it 5 s.
   * @param body as parsed from JSON or from a form.
   */
  receive(kind: WebhookKind, token: string, body: unknown): Verdict {
    if (!this.#options.tokens.isOurs(kind, token)) return 'unknownAddress';
    this.#options.drift?.lookAtCallback(kind, body);
    const said = kind === 'campaign' ? campaignHintFromWire(body) : messageEventFromWire(body);
    if (!said) return 'malformed';
    const { feed, urls, rereads } = this.#options;
    const campaign = this.#campaign(said.campaignSid);
    // Its first listener is reading it this moment: what can't be checked yet is better sent again.
    if (!campaign && feed.watchedCampaign(said.campaignSid) === null) return 'tooEarly';
    if (campaign && !urls.isBound(campaign, kind, token)) {
      // Its address may be newer than our picture of it, unless that names another of ours.
      if (!urls.isOurs(campaign, kind)) rereads.hint(campaign.sid);
      return 'unknownAddress';
    }
    // Of a campaign that nobody has read there is nothing to bring up to date.
    if (campaign)
      setImmediate(() => {
        if ('identity' in said) this.#hinted(campaign, said);
        else this.#messageChanged(said);
      });
    return 'accepted';
  }

  #campaign(sid: string): Campaign | undefined {
    return this.#options.feed.watchedCampaign(sid) ?? this.#options.account.known(sid);
  }

  #hinted(campaign: Campaign, { identity, status, hasReport }: CampaignHint): void {
    if (this.#hints.has(identity)) return;
    this.#hints.set(identity, true);
    const isKnown = status === campaign.status && (campaign.reportUrl !== null || !hasReport);
    if (isKnown || isBackwards(campaign.status, status)) return;
    this.#options.rereads.hint(campaign.sid, status);
  }

  #messageChanged(event: MessageStatusEvent): void {
    const key = `${event.campaignSid} ${event.messageSid}`;
    if (!isNext(this.#messages.get(key), event.status)) return;
    this.#messages.set(key, event.status);
    this.#options.feed.messageChanged(event);
    this.#options.rereads.hint(event.campaignSid);
  }
}
