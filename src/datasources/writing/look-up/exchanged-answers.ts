import { hasWebhookAddress } from '../../../domain/network/addresses.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type Campaign } from '../../../schema/campaign.js';
import { digest } from '../create.js';
import {
  type AnswerVerdict,
  type Callbacks,
  comparableAddress,
  contradictions,
  hasScheduleOf,
  matchingFields,
  offMs,
} from './same-campaign.js';

/** A create as far as the register of open creates knows it. */
interface SentCreate {
  /** Without its name and its callback addresses. */
  readonly draft: CampaignDraft;
  /** Digests of its callback addresses. */
  readonly callbacks: readonly (string | null)[];
}

/** How a campaign fits a create, to be compared with other creates whose answers may have been exchanged with its own. */
export interface Fit {
  /** Groups of fields in which the campaign differs, or has what was not sent. */
  readonly differences: number;
  /** Fields that the campaign has as they were sent. */
  readonly matches: number;
  /** How far the schedule is from the one that was sent, or from the default. */
  readonly offMs: number;
  /** True if an address that was sent is not shown: the answer to a create lacks one of them. */
  readonly isSilent: boolean;
}

/** What was sent with a draft. */
export function sentWith(draft: CampaignDraft): SentCreate {
  const rest = { ...draft, name: null, statusCallback: null, smsStatusCallback: null };
  return { draft: rest, callbacks: callbackDigests(draft) };
}

/**
 * Tells how a campaign fits a create. Texts that a layer may have rewritten fit.
 * @param hasName whether the campaign has the name of the create, perhaps rewritten.
 */
export function fitOf({ draft, callbacks }: SentCreate, campaign: Campaign, hasName: boolean): Fit {
  const groups = new Set(contradictions(draft, campaign));
  if (!hasScheduleOf(draft, campaign)) groups.add('schedule');
  if (!hasName) groups.add('name');
  const stored = callbackDigests(campaign);
  if (stored.some((url, index) => url !== null && url !== callbacks[index])) groups.add('callbacks');
  return {
    differences: groups.size,
    matches:
      matchingFields(draft, campaign) + stored.filter((url, at) => url && url === callbacks[at]).length,
    offMs: offMs(draft, campaign),
    isSilent: stored.some((url, index) => url === null && callbacks[index] != null),
  };
}

/** Digests of the two callback addresses of a draft, or of a campaign; null for none. */
export function callbackDigests({
  statusCallback,
  smsStatusCallback,
}: Callbacks): [status: string | null, smsStatus: string | null] {
  const digestOf = (url: string | null | undefined) => (url == null ? null : digest(comparableAddress(url)));
  return [digestOf(statusCallback), digestOf(smsStatusCallback)];
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
 * Verdict on a campaign, compared with the other open creates, whose answers a proxy may have exchanged with this one.
 * @param own how the campaign fits the create.
 * @param theirs how it fits the others.
 * @param isRead true for a campaign that was read by its sid: it shows all that the upstream ever shows.
 */
export function exchangeVerdict(own: Fit, theirs: readonly Fit[], isRead: boolean): AnswerVerdict {
  if (own.differences > 0 && theirs.some((fit) => isCloser(fit, own))) return 'another';
  const rivals = theirs.filter(({ differences }) => differences === own.differences);
  if (isRead) return own.isSilent && rivals.some(({ isSilent }) => !isSilent) ? 'another' : 'own';
  return rivals.some(({ isSilent }) => isSilent || own.isSilent) ? 'unproven' : 'own';
}

/** An upstream may rewrite a property of every campaign: then the create that it fits better is the one that made it. */
function isCloser(one: Fit, other: Fit): boolean {
  if (one.differences !== other.differences) return one.differences < other.differences;
  if (one.matches !== other.matches) return one.matches > other.matches;
  return one.offMs < other.offMs;
}
