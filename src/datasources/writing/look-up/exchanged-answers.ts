import { hasWebhookAddress } from '../../../domain/network/addresses.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type Campaign } from '../../../schema/campaign.js';
import { digest } from '../create.js';
import {
  additions,
  type AnswerVerdict,
  type Callbacks,
  comparableAddress,
  contradictions,
} from './same-campaign.js';

/**
 * How a campaign fits a draft, beside other drafts whose answers may have been exchanged with its own. `silent`: it differs in
 * nothing, but does not show a callback address that was sent; the answer to a create lacks one of them.
 */
export type Fit = 'whole' | 'silent' | 'different';

/** Tells how a campaign fits a draft; texts that a layer may have rewritten fit. */
export function fitOf(draft: CampaignDraft, campaign: Campaign): Fit {
  if (contradictions(draft, campaign).size > 0 || additions(draft, campaign).length > 0) return 'different';
  return callbackFit(callbackDigests(draft), campaign);
}

/** Digests of the two callback addresses of a draft, or of a campaign; null for none. */
export function callbackDigests({
  statusCallback,
  smsStatusCallback,
}: Callbacks): [status: string | null, smsStatus: string | null] {
  const digestOf = (url: string | null | undefined) => (url == null ? null : digest(comparableAddress(url)));
  return [digestOf(statusCallback), digestOf(smsStatusCallback)];
}

/** Tells how the callback addresses of a campaign fit those of which these digests were sent. */
export function callbackFit(sent: readonly (string | null)[], campaign: Callbacks): Fit {
  const stored = callbackDigests(campaign);
  if (stored.some((url, index) => url !== null && url !== sent[index])) return 'different';
  return stored.some((url, index) => url === null && sent[index] !== null) ? 'silent' : 'whole';
}

/** True if a campaign has an address that was not sent, other than one of a gateway, which an update may have added. */
export function hasForeignCallback(sent: readonly (string | null)[], campaign: Callbacks): boolean {
  const isOwn = (url: string | null | undefined): boolean => url != null && hasWebhookAddress(url);
  const ownAddresses = [isOwn(campaign.statusCallback), isOwn(campaign.smsStatusCallback)];
  return callbackDigests(campaign).some(
    (url, index) => url !== null && url !== sent[index] && !(sent[index] === null && ownAddresses[index]),
  );
}

/**
 * Verdict on a campaign beside the other open creates, whose answers a proxy may have exchanged with this one.
 * @param own how the campaign fits the create.
 * @param theirs how it fits the others.
 * @param isRead true for a campaign that was read by its sid: it shows all that the upstream ever shows.
 */
export function exchangeVerdict(own: Fit, theirs: readonly Fit[], isRead: boolean): AnswerVerdict {
  const mayBeTheirs = theirs.some((fit) => fit !== 'different');
  if (own === 'different') return mayBeTheirs ? 'another' : 'own';
  if (isRead) return own === 'silent' && theirs.includes('whole') ? 'another' : 'own';
  const isClear = own === 'whole' && !theirs.includes('silent');
  return isClear || !mayBeTheirs ? 'own' : 'unproven';
}
