import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

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
