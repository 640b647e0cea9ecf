import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type WebhookKind, webhookKinds, webhookRoute } from '../domain/network/addresses.js';
import { type CampaignDraft } from '../domain/rules/draft.js';
import { type Campaign } from '../schema/campaign.js';

const nonceBytes = 18;
const macBytes = 24;
const nonceLength = (nonceBytes / 3) * 4;
const shape = new RegExp(`^[\\w-]{${nonceLength + (macBytes / 3) * 4}}$`);

/**
 * Tokens that make callback URLs unguessable, since callbacks are not signed (docs/upstream.md, limits). They are random and
 * authenticated by an HMAC, so that issued tokens need not be stored.
 */
export class WebhookTokens {
  readonly #secret: string;

  constructor(secret: string) {
    this.#secret = secret;
  }

  /** Issues a token. */
  mint(kind: WebhookKind): string {
    const nonce = randomBytes(nonceBytes).toString('base64url');
    return nonce + this.#mac(kind, nonce).toString('base64url');
  }

  /** Whether a token was issued for this kind; compares in constant time. */
  isOurs(kind: WebhookKind, token: string): boolean {
    if (!shape.test(token)) return false;
    const mac = Buffer.from(token.slice(nonceLength), 'base64url');
    return timingSafeEqual(mac, this.#mac(kind, token.slice(0, nonceLength)));
  }

  #mac(kind: WebhookKind, nonce: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${kind} ${nonce}`).digest().subarray(0, macBytes);
  }
}

/** Callback URLs of campaigns. */
export class CallbackUrls {
  readonly #tokens: WebhookTokens;
  readonly #root: () => string | undefined;

  /** @param root base URL at which the upstream reaches this gateway; undefined if it can't. */
  constructor(tokens: WebhookTokens, root: () => string | undefined) {
    this.#tokens = tokens;
    this.#root = root;
  }

  /**
   * Adds the callback URLs that neither the draft nor the campaign has. Given URLs stay.
   * @returns the draft itself if there is nothing to add.
   */
  fill(draft: CampaignDraft, campaign?: Campaign): CampaignDraft {
    const unlessSet = (url: string | null | undefined, kind: WebhookKind) => (url ? null : this.#make(kind));
    const statusCallback = draft.statusCallback ?? unlessSet(campaign?.statusCallback, 'campaign');
    const smsStatusCallback = draft.smsStatusCallback ?? unlessSet(campaign?.smsStatusCallback, 'message');
    const isAsGiven =
      statusCallback === (draft.statusCallback ?? null) &&
      smsStatusCallback === (draft.smsStatusCallback ?? null);
    return isAsGiven ? draft : { ...draft, statusCallback, smsStatusCallback };
  }

  /** Whether the campaign's callback URL ends with this token, so that callbacks to that URL belong to the campaign. */
  isBound(campaign: Campaign, kind: WebhookKind, token: string): boolean {
    return tokenIn(urlOf(campaign, kind)) === token;
  }

  /** Whether the campaign's callback URL was issued by this gateway. */
  isOurs(campaign: Campaign, kind: WebhookKind): boolean {
    return this.#tokens.isOurs(kind, tokenIn(urlOf(campaign, kind)));
  }

  /** Whether both callbacks of the campaign come to this gateway. */
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

/** The token at the end of a URL, which the upstream may have rewritten with a trailing slash or with escapes. */
function tokenIn(url: string | null): string {
  if (url === null || !URL.canParse(url)) return '';
  const end = new URL(url).pathname.split('/').filter(Boolean).at(-1) ?? '';
  return end.replaceAll(/%2d/gi, '-').replaceAll(/%5f/gi, '_');
}
