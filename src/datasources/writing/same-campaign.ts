import { type CampaignDraft } from '../../domain/rules/draft.js';
import { type Campaign } from '../../schema/campaign.js';

/** What a row tells of one thing that was sent; `silent` where the row or the draft does not say it. */
type Verdict = 'same' | 'different' | 'silent';

/** A text without what an upstream may normalise on the way: spaces and letters' composition. */
export function plain(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

function texts(sent: string | null | undefined, read: string | null | undefined): Verdict {
  if (sent == null || read == null) return 'silent';
  return plain(sent) === plain(read) ? 'same' : 'different';
}

function words(sent: string | null | undefined, read: string): Verdict {
  return read === 'UNKNOWN' ? 'silent' : texts(sent, read);
}

function lists(sent: readonly string[] | null | undefined, read: Campaign['lists']): Verdict {
  if (sent == null || read.length === 0) return 'silent';
  const sids = new Set(read.map(({ sid }) => sid));
  return sids.size === new Set(sent).size && sent.every((sid) => sids.has(sid)) ? 'same' : 'different';
}

/** "On the minute" is how the upstream sets times of its own: UPSTREAM.md, rules on create. */
const sameMomentMs = 60_000;

function moments(sent: Date | null | undefined, read: string | null | undefined): Verdict {
  if (sent == null || read == null) return 'silent';
  return Math.abs(sent.getTime() - Date.parse(read)) < sameMomentMs ? 'same' : 'different';
}

function verdicts(draft: CampaignDraft, campaign: Campaign): Verdict[] {
  return [
    texts(draft.name, campaign.name),
    words(draft.contentType, campaign.contentType),
    lists(draft.lists, campaign.lists),
    moments(draft.schedule?.startTime, campaign.schedule.startTime),
    moments(draft.schedule?.endTime, campaign.schedule.endTime),
    texts(draft.dltEntityId, campaign.dltEntityId),
    texts(draft.dltTemplateId, campaign.dltTemplateId),
    texts(draft.senderId?.toLowerCase(), campaign.senderId.toLowerCase()),
    words(draft.smsType, campaign.smsType),
    texts(draft.template, campaign.template),
    texts(draft.statusCallback, campaign.statusCallback),
    texts(draft.smsStatusCallback, campaign.smsStatusCallback),
  ];
}

/** True where nothing that the row says is other than what was sent. */
export function couldBe(draft: CampaignDraft, campaign: Campaign): boolean {
  return !verdicts(draft, campaign).includes('different');
}

/** True where everything that was said is what the row says; what it does not say, it does not confirm. */
export function isAsSaid(draft: CampaignDraft, campaign: Campaign): boolean {
  const said = { ...draft, ...draft.schedule, schedule: null };
  const count = Object.values(said).filter((value) => value != null).length;
  return verdicts(draft, campaign).filter((verdict) => verdict === 'same').length === count;
}

/** True where the names are the same, as far as an upstream may normalise one. */
export function hasName(name: string, campaign: Campaign): boolean {
  return texts(name, campaign.name) === 'same';
}
