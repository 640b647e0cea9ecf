import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Campaign } from '../../schema/campaign.js';
import { digest } from './create-record.js';

type Callbacks = Pick<CampaignDraft | Campaign, 'statusCallback' | 'smsStatusCallback'>;

/** An address as it is compared: an upstream may put a slash behind it, or escape what needs no escape. */
export function comparableAddress(url: string): string {
  const href = URL.canParse(url) ? new URL(url).href : url;
  return href.replace(/\/$/, '').replaceAll(/%2d/gi, '-').replaceAll(/%5f/gi, '_');
}

/**
 * The callback addresses that the gateway added to a draft, as digests: each is made for one request and can't be guessed, so
 * the campaign that has one is the one that the request made. The addresses themselves are secrets (SECURITY.md), and
 * are not kept.
 */
export function callbackMarks(draft: Callbacks, filled: Callbacks): string[] {
  const added = [
    draft.statusCallback == null ? filled.statusCallback : null,
    draft.smsStatusCallback == null ? filled.smsStatusCallback : null,
  ];
  return added.flatMap((url) => (url == null ? [] : [digest(comparableAddress(url))]));
}

/** Tells whether a campaign has one of these addresses. */
export function isMarked(
  { statusCallback, smsStatusCallback }: Callbacks,
  marks: readonly string[],
): boolean {
  if (marks.length === 0) return false;
  const urls = [statusCallback, smsStatusCallback];
  return urls.some((url) => url != null && marks.includes(digest(comparableAddress(url))));
}
