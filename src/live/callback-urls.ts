import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { webhookRoute } from '../domain/addresses.js';
import { type CampaignDraft } from '../domain/rules/draft.js';
import { type Campaign } from '../schema/campaign.js';

/** Which of a campaign's two callbacks. */
export const webhookKinds = ['campaign', 'message'] as const;
export type WebhookKind = (typeof webhookKinds)[number];

const nonceBytes = 18;
const macBytes = 24;
const nonceLength = (nonceBytes / 3) * 4;
const shape = new RegExp(`^[\\w-]{${nonceLength + (macBytes / 3) * 4}}$`);

/**
 * Addresses that nobody can guess, since callbacks are not signed (docs/upstream.md, limits): random, and authenticated, so
 * that no list of those handed out is kept.
 */
export class WebhookTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Makes a new one. */
  mint(kind: WebhookKind): string {
    const nonce = randomBytes(nonceBytes).toString('base64url');
    return nonce + this.#mac(kind, nonce).toString('base64url');
  }

  /** Whether it was made here, for this kind; takes the same time wherever it is wrong. */
  isOurs(kind: WebhookKind, token: string): boolean {
    if (!shape.test(token)) return false;
    const mac = Buffer.from(token.slice(nonceLength), 'base64url');
    return timingSafeEqual(mac, this.#mac(kind, token.slice(0, nonceLength)));
  }

  #mac(kind: WebhookKind, nonce: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${kind} ${nonce}`).digest().subarray(0, macBytes);
  }
}

/** Where campaigns call us back. */
export class CallbackUrls {
  readonly #tokens: WebhookTokens;
  readonly #root: () => string | undefined;

  /** @param root where the upstream reaches this gateway; undefined where it doesn't. */
  constructor(tokens: WebhookTokens, root: () => string | undefined) {
    this.#tokens = tokens;
    this.#root = root;
  }

  /** Adds those that neither the draft nor the campaign has; what was given is left alone. */
  fill(draft: CampaignDraft, campaign?: Campaign): CampaignDraft {
    const unlessThere = (url: string | null | undefined, kind: WebhookKind) =>
      url ? null : this.#make(kind);
    return {
      ...draft,
      statusCallback: draft.statusCallback ?? unlessThere(campaign?.statusCallback, 'campaign'),
      smsStatusCallback: draft.smsStatusCallback ?? unlessThere(campaign?.smsStatusCallback, 'message'),
    };
  }

  /** Whether a campaign names the address that ends with this token: then what comes there is of that campaign. */
  isBound(campaign: Campaign, kind: WebhookKind, token: string): boolean {
    return tokenIn(urlOf(campaign, kind)) === token;
  }

  /** Whether an address that a campaign names is one of ours. */
  isOurs(campaign: Campaign, kind: WebhookKind): boolean {
    return this.#tokens.isOurs(kind, tokenIn(urlOf(campaign, kind)));
  }

  /** Whether a campaign tells us by itself what happens to it and to its messages. */
  isCalledBack(campaign: Campaign): boolean {
    return webhookKinds.every((kind) => this.isOurs(campaign, kind));
  }

  #make(kind: WebhookKind): string | null {
    const root = this.#root();
    return root === undefined ? null : `${root}${webhookRoute}/${kind}/${this.#tokens.mint(kind)}`;
  }
}

function urlOf(campaign: Campaign, kind: WebhookKind): string | null {
  return kind === 'campaign' ? campaign.statusCallback : campaign.smsStatusCallback;
}

/** The end of an address, as the upstream may have rewritten it: with a slash behind it, or with escapes. */
function tokenIn(url: string | null): string {
  if (url === null || !URL.canParse(url)) return '';
  const end =
    new URL(url).pathname
      .replace(/(?<!\/)\/+$/, '')
      .split('/')
      .at(-1) ?? '';
  return end.replaceAll(/%2d/gi, '-').replaceAll(/%5f/gi, '_');
}
