import { CampaignAction, CampaignStatus } from '../../../domain/campaigns/campaign.js';
import { hasReached, isAllowed } from '../../../domain/campaigns/lifecycle.js';
import { hasWebhookAddress } from '../../../domain/network/addresses.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type Campaign } from '../../../schema/campaign.js';
import { lacksCallbackKey } from '../../exotel/mapping/campaign.js';
import { type LifecycleAction } from '../../exotel/wire/requests.js';
import { digest } from '../create.js';
import { isSameText, isTooLong, letters, similarityOf } from './text-similarity.js';

/** The callback addresses of a draft or a campaign. */
export type Callbacks = Pick<CampaignDraft | Campaign, 'statusCallback' | 'smsStatusCallback'>;

/** Normalises an address for comparison: the upstream may append a slash, or escape characters without need. */
export function comparableAddress(url: string): string {
  const href = URL.canParse(url) ? new URL(url).href : url;
  return href.replace(/\/$/, '').replaceAll(/%2d/gi, '-').replaceAll(/%5f/gi, '_');
}

/**
 * Digests of the callback addresses that the gateway added to a draft. Each address is generated for one request and can't be
 * guessed, so it identifies the campaign that the request created. The addresses are secrets (SECURITY.md) and are not stored.
 */
export function callbackMarks(draft: Callbacks, filled: Callbacks): string[] {
  const added = [
    draft.statusCallback == null ? filled.statusCallback : null,
    draft.smsStatusCallback == null ? filled.smsStatusCallback : null,
  ];
  return added.flatMap((url) => (url == null ? [] : [digest(comparableAddress(url))]));
}

/** Tells whether a campaign has one of these callback addresses. */
export function isMarked(
  { statusCallback, smsStatusCallback }: Callbacks,
  marks: readonly string[],
): boolean {
  if (marks.length === 0) return false;
  const urls = [statusCallback, smsStatusCallback];
  return urls.some((url) => url != null && marks.includes(digest(comparableAddress(url))));
}

/** Result of comparing one field; `silent` where the campaign or the draft lacks it. */
type Verdict = 'same' | 'different' | 'silent';

/** One field of the comparison. The fields of one group count as one difference. */
interface Field {
  readonly group: string;
  readonly sentValue: (draft: CampaignDraft) => unknown;
  readonly storedValue: (campaign: Campaign) => unknown;
  readonly verdict: (draft: CampaignDraft, campaign: Campaign) => Verdict;
}

function field<Sent, Stored>(
  group: string,
  sentValue: (draft: CampaignDraft) => Sent | null | undefined,
  storedValue: (campaign: Campaign) => Stored | null | undefined,
  isSame: (sent: Sent, stored: Stored) => boolean,
): Field {
  const verdict = (draft: CampaignDraft, campaign: Campaign): Verdict => {
    const [one, other] = [sentValue(draft), storedValue(campaign)];
    if (one == null || other == null) return 'silent';
    return isSame(one, other) ? 'same' : 'different';
  };
  return { group, sentValue, storedValue, verdict };
}

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/** The upstream rounds times to the minute (docs/upstream.md, rules on create). */
const isSameMoment = (sent: Date, stored: string): boolean =>
  Math.abs(sent.getTime() - Date.parse(stored)) < minuteMs;
/** Ids that a layer treated as numbers lose their leading zeros. */
const isSameNumber = (sent: string, stored: string): boolean =>
  sent.replace(/^0+/, '') === stored.replace(/^0+/, '');
const isSameWord = (sent: string, stored: string): boolean => sent.toLowerCase() === stored.toLowerCase();
const isSameAddress = (sent: string, stored: string): boolean =>
  comparableAddress(sent) === comparableAddress(stored);
const isSameSet = (sent: readonly string[], stored: readonly string[]): boolean =>
  new Set(stored).size === new Set(sent).size && sent.every((sid) => stored.includes(sid));
const known = (word: string): string | null => (word === 'UNKNOWN' ? null : word);

const name = field(
  'name',
  (draft) => draft.name,
  (campaign) => campaign.name,
  isSameText,
);

const content: readonly Field[] = [
  field(
    'contentType',
    (draft) => draft.contentType,
    ({ contentType }) => known(contentType),
    isSameWord,
  ),
  field(
    'lists',
    (draft) => draft.lists,
    ({ lists }) => (lists.length === 0 ? null : lists.map(({ sid }) => sid)),
    isSameSet,
  ),
  field(
    'schedule',
    (draft) => draft.schedule?.startTime,
    ({ schedule }) => schedule.startTime,
    isSameMoment,
  ),
  field(
    'schedule',
    (draft) => draft.schedule?.endTime,
    ({ schedule }) => schedule.endTime,
    isSameMoment,
  ),
  field(
    'dlt',
    (draft) => draft.dltEntityId,
    (campaign) => campaign.dltEntityId,
    isSameNumber,
  ),
  field(
    'dlt',
    (draft) => draft.dltTemplateId,
    (campaign) => campaign.dltTemplateId,
    isSameNumber,
  ),
  field(
    'sender',
    (draft) => draft.senderId,
    (campaign) => campaign.senderId,
    isSameWord,
  ),
  field(
    'smsType',
    (draft) => draft.smsType,
    ({ smsType }) => known(smsType),
    isSameWord,
  ),
  field(
    'template',
    (draft) => draft.template,
    (campaign) => campaign.template,
    isSameText,
  ),
  field(
    'callbacks',
    (draft) => draft.statusCallback,
    (campaign) => campaign.statusCallback,
    isSameAddress,
  ),
  field(
    'callbacks',
    (draft) => draft.smsStatusCallback,
    (campaign) => campaign.smsStatusCallback,
    isSameAddress,
  ),
];

/** Time from the creation to the default start in the samples. */
const defaultStartMs = 10 * minuteMs;
/** Longest time from the creation to the default start. */
const latestDefaultStartMs = hourMs;
/** "Without a schedule the end is 30 days after the start" (docs/upstream.md, rules on create). */
const defaultRunMs = 30 * dayMs;

/** Tells whether a campaign has the schedule that was sent, or the upstream's default where none was. */
export function hasScheduleOf(draft: Pick<CampaignDraft, 'schedule'>, campaign: Campaign): boolean {
  const times = content.filter(({ group }) => group === 'schedule');
  return (
    times.every(({ verdict }) => verdict(draft, campaign) !== 'different') && hasDefaultTimes(draft, campaign)
  );
}

/** Tells whether the times that were not sent have the upstream's defaults. */
export function hasDefaultTimes({ schedule }: Pick<CampaignDraft, 'schedule'>, campaign: Campaign): boolean {
  const [startMs, endMs, createdMs] = [
    campaign.schedule.startTime,
    campaign.schedule.endTime,
    campaign.createdAt,
  ].map((time) => Date.parse(time ?? '')) as [number, number, number];
  const isDefaultStart = !(startMs < createdMs - minuteMs || startMs > createdMs + latestDefaultStartMs);
  const isDefaultEnd = !(Math.abs(endMs - startMs - defaultRunMs) > dayMs);
  return (schedule?.startTime != null || isDefaultStart) && (schedule?.endTime != null || isDefaultEnd);
}

/** How far the schedule of a campaign is from the one that was sent, or from the default; 0 where it is not shown. */
export function offMs({ schedule }: Pick<CampaignDraft, 'schedule'>, campaign: Campaign): number {
  const startMs = Date.parse(campaign.schedule.startTime ?? '');
  const endMs = Date.parse(campaign.schedule.endTime ?? '');
  const sentStartMs = schedule?.startTime?.getTime() ?? Date.parse(campaign.createdAt) + defaultStartMs;
  const sentEndMs = schedule?.endTime?.getTime() ?? startMs + defaultRunMs;
  return Math.abs(startMs - sentStartMs || 0) + Math.abs(endMs - sentEndMs || 0);
}

/** The number of fields that a campaign has as they were sent, the name excluded. */
export function matchingFields(draft: CampaignDraft, campaign: Campaign): number {
  return content.filter(({ verdict }) => verdict(draft, campaign) === 'same').length;
}

/**
 * The groups of fields in which a campaign differs from the draft, the name excluded. A field that the campaign lacks is not a
 * difference; a callback or a schedule that was not sent is one.
 */
export function differences(draft: CampaignDraft, campaign: Campaign): ReadonlySet<string> {
  const groups = new Set(
    content.flatMap(({ group, verdict }) => (verdict(draft, campaign) === 'different' ? [group] : [])),
  );
  for (const group of additions(draft, campaign)) groups.add(group);
  return groups;
}

/** The groups of fields in which a campaign has what the draft lacked and the upstream does not add: they may be another draft's. */
function additions(draft: CampaignDraft, campaign: Campaign): readonly string[] {
  const isAdded = (key: keyof Callbacks): boolean => draft[key] == null && campaign[key] !== null;
  return [
    ...(hasScheduleOf(draft, campaign) ? [] : ['schedule']),
    ...(isAdded('statusCallback') || isAdded('smsStatusCallback') ? ['callbacks'] : []),
  ];
}

/**
 * Tells whether a campaign has a callback address of a gateway where the draft had none, and no other address that was not
 * sent. An update adds the gateway's addresses by itself, so they do not prove that this is another campaign.
 */
export function hasAddedCallbacks(draft: CampaignDraft, campaign: Campaign): boolean {
  return (['statusCallback', 'smsStatusCallback'] as const).every((key) => {
    const [sent, stored] = [draft[key], campaign[key]];
    if (stored === null) return true;
    return sent == null ? hasWebhookAddress(stored) : isSameAddress(sent, stored);
  });
}

/**
 * The groups of fields in which a campaign contradicts the draft. A name or a text that a layer may have rewritten is not a
 * contradiction, and neither is a value that the upstream added.
 */
export function contradictions(draft: CampaignDraft, campaign: Campaign): ReadonlySet<string> {
  const groups = content.flatMap(({ group, verdict }) =>
    verdict(draft, campaign) === 'different' ? [group] : [],
  );
  const found = new Set(groups);
  if (isLike(draft.template, campaign.template)) found.delete('template');
  if (!isLike(draft.name, campaign.name)) found.add('name');
  return found;
}

function isLike(sent: string | null | undefined, stored: string | null): boolean {
  if (sent == null || stored === null) return true;
  return !isTooLong(sent, stored) && similarityOf(sent, stored) !== 'different';
}

/** Verdict on the campaign in the answer to a create: it was created by it, by another one, or shows neither. */
export type AnswerVerdict = 'own' | 'another' | 'unproven';

/** Facts about a create, by which its answer is judged. */
interface AnsweredCreate {
  /** True where the gateway added callback addresses to the draft. */
  readonly hasMarks: boolean;
  /** When it was sent first; epoch milliseconds. */
  readonly sentAtMs: number;
}

/**
 * Judges whether the campaign in the answer to a create is the one that was sent. It is, if it shows the name, the lists and the
 * text that were sent: a field that it lacks proves nothing.
 * @param sent the draft as it was sent, with its callback addresses.
 */
export function answerVerdict(
  sent: CampaignDraft,
  campaign: Campaign,
  { hasMarks, sentAtMs }: AnsweredCreate,
): AnswerVerdict {
  const found = contradictions(sent, campaign);
  const decisive = ['name', 'lists', 'template', ...(hasMarks ? ['callbacks'] : [])];
  if (found.size > 1 || decisive.some((group) => found.has(group))) return 'another';
  // Its time alone does not prove that a campaign is old: the clocks may differ. One that has been started as well is old.
  const isOld = Date.parse(campaign.createdAt) < sentAtMs - dayMs;
  if (isOld && !isAllowed(CampaignAction.UPDATE, campaign.status)) return 'another';
  const isShown =
    showsText(sent.name, campaign.name) &&
    showsText(sent.template, campaign.template) &&
    (sent.lists == null || campaign.lists.length > 0);
  return isShown ? 'own' : 'unproven';
}

/** A shorter part of a text is in many other texts. */
const fewestLetters = 3;
/** Only the beginning of a text is searched for letters, since the upstream does not limit its length. */
const examinedLength = 10_000;

function showsText(sent: string | null | undefined, stored: string): boolean {
  return (
    sent == null ||
    isSameText(sent, stored) ||
    letters(stored.slice(0, examinedLength)).length >= fewestLetters
  );
}

/**
 * Progress of a change, as the campaign shows it. `asBefore`: it is unchanged, and shows what was sent if a layer has rewritten
 * that. A success proves such a change; a lost answer does not.
 */
export type ChangeProgress = 'done' | 'asBefore' | 'notDone' | 'unclear';

/**
 * Progress of an update.
 * @param before the campaign before the update was sent.
 * @param now the current campaign.
 */
export function updateProgress(draft: CampaignDraft, before: Campaign, now: Campaign): ChangeProgress {
  const sent = [name, ...content].filter((one) => one.sentValue(draft) != null);
  const isUnchanged = ({ storedValue }: Field): boolean =>
    JSON.stringify(storedValue(now)) === JSON.stringify(storedValue(before));
  const isDone = (one: Field): boolean =>
    one.verdict(draft, now) === 'same' || (one === name && !isUnchanged(one) && isRenamed(draft, now));
  if (sent.every(isDone)) {
    const isExact = sent.every((one) => isEqual(one.sentValue(draft), one.storedValue(now)));
    return isExact || !sent.every(isUnchanged) ? 'done' : 'asBefore';
  }
  if (!sent.every(isUnchanged)) return 'unclear';
  // Other fields may be missing in the row.
  const isAbsent = ({ group, storedValue }: Field): boolean =>
    group === 'callbacks' && storedValue(now) === null && !lacksCallbackKey(now);
  const isNotDone = sent.some((one) => one.verdict(draft, now) === 'different' || isAbsent(one));
  return isNotDone ? 'notDone' : 'unclear';
}

/**
 * Progress of a lifecycle action. A paused campaign that is completed now was resumed and ran to its end, or was completed by
 * another program. Completing it fails the messages that were not submitted yet, so it was certainly resumed if more messages
 * were sent than had been submitted before.
 * @param before the campaign before the action was sent.
 * @param now the current campaign.
 */
export function actionProgress(action: LifecycleAction, before: Campaign, now: Campaign): ChangeProgress {
  if (hasReached(action, now.status)) return 'done';
  if (now.status === CampaignStatus.UNKNOWN) return 'unclear';
  const isOver = now.status === CampaignStatus.COMPLETED || now.status === CampaignStatus.ARCHIVED;
  if (action !== CampaignAction.RESUME || !isOver) return 'notDone';
  return now.stats.sent > before.stats.sent + before.stats.submitted ? 'done' : 'unclear';
}

function isEqual(sent: unknown, stored: unknown): boolean {
  if (sent instanceof Date) return sent.getTime() === Date.parse(String(stored));
  return JSON.stringify(sent) === JSON.stringify(stored);
}

function isRenamed(draft: CampaignDraft, now: Campaign): boolean {
  const similarity = similarityOf(draft.name ?? '', now.name);
  return similarity === 'rewritten' || similarity === 'cut';
}
