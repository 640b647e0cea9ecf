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

/** `https://x.example` and `https://x.example/` are one address. */
function addresses(sent: string | null | undefined, read: string | null | undefined): Verdict {
  const plainly = (url: string | null | undefined) =>
    url != null && URL.canParse(url) ? new URL(url).href : url;
  return texts(plainly(sent), plainly(read));
}

/** Ids that some layer took for numbers lose their zeros in front. */
function digits(sent: string | null | undefined, read: string | null | undefined): Verdict {
  return texts(sent?.replace(/^0+/, ''), read?.replace(/^0+/, ''));
}

function words(sent: string | null | undefined, read: string): Verdict {
  return read === 'UNKNOWN' ? 'silent' : texts(sent, read);
}

function lists(sent: readonly string[] | null | undefined, read: Campaign['lists']): Verdict {
  if (sent == null || read.length === 0) return 'silent';
  const sids = new Set(read.map(({ sid }) => sid));
  return sids.size === new Set(sent).size && sent.every((sid) => sids.has(sid)) ? 'same' : 'different';
}

/** "On the minute" is how the upstream sets times of its own: docs/upstream.md, rules on create. */
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
    digits(draft.dltEntityId, campaign.dltEntityId),
    digits(draft.dltTemplateId, campaign.dltTemplateId),
    texts(draft.senderId?.toLowerCase(), campaign.senderId.toLowerCase()),
    words(draft.smsType, campaign.smsType),
    texts(draft.template, campaign.template),
    addresses(draft.statusCallback, campaign.statusCallback),
    addresses(draft.smsStatusCallback, campaign.smsStatusCallback),
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

/** An upstream may cut names of this length. */
const longName = 64;

/** How a row's name is like the one that was sent: some layers rewrite what is no letter, or cut what is long. */
export function nameLikeness(sent: string, read: string): 'same' | 'near' | 'other' {
  const [one, other] = [plain(sent), plain(read)];
  if (one === other) return 'same';
  if (other.length >= longName && one.startsWith(other)) return 'near';
  const [letters, readLetters] = [lettersOf(one), lettersOf(other)];
  return letters !== '' && letters === readLetters ? 'near' : 'other';
}

function lettersOf(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}

/** The shortest that can be searched for: "Min 3 letters" (API document, list, `name`). */
const shortestSearch = 3;
const longestSearch = 40;

/**
 * A part of a name that no layer rewrites, to search for: letters, digits and single spaces whose Unicode composition
 * is not in question. Null where there is none that is long enough.
 */
export function searchable(name: string): string | null {
  const isPlain = (letter: string) =>
    /[\p{L}\p{N} ]/u.test(letter) && letter.normalize('NFD') === letter && letter.normalize('NFC') === letter;
  const runs = Array.from(plain(name), (letter) => (isPlain(letter) ? letter : '\n'))
    .join('')
    .split('\n');
  const longest = runs.map((run) => run.trim()).sort((a, b) => b.length - a.length)[0] ?? '';
  const cut = Array.from(longest).slice(0, longestSearch).join('').trim();
  return cut.length < shortestSearch ? null : cut;
}
