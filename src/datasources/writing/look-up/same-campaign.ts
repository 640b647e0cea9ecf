import { CampaignAction, CampaignStatus } from '../../../domain/campaign.js';
import { hasReached } from '../../../domain/lifecycle.js';
import { type CampaignDraft } from '../../../domain/rules/draft.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type LifecycleAction } from '../../exotel/mapping/draft.js';
import { digest } from '../create.js';
import { isSameText, similarityOf } from './text-similarity.js';

type Callbacks = Pick<CampaignDraft | Campaign, 'statusCallback' | 'smsStatusCallback'>;

/** An address as it is compared: an upstream may put a slash behind it, or escape what needs no escape. */
function comparableAddress(url: string): string {
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

/** What a row says of one thing that was sent; `silent` where the row or the draft does not say it. */
type Verdict = 'same' | 'different' | 'silent';

/** One thing that can be said of a campaign. What changes together is one group: it counts as one difference. */
interface Field {
  readonly group: string;
  readonly said: (draft: CampaignDraft) => unknown;
  readonly shown: (campaign: Campaign) => unknown;
  readonly verdict: (draft: CampaignDraft, campaign: Campaign) => Verdict;
}

function field<Said, Shown>(
  group: string,
  said: (draft: CampaignDraft) => Said | null | undefined,
  shown: (campaign: Campaign) => Shown | null | undefined,
  isSame: (said: Said, shown: Shown) => boolean,
): Field {
  const verdict = (draft: CampaignDraft, campaign: Campaign): Verdict => {
    const [one, other] = [said(draft), shown(campaign)];
    if (one == null || other == null) return 'silent';
    return isSame(one, other) ? 'same' : 'different';
  };
  return { group, said, shown, verdict };
}

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];

/** "On the minute" is how the upstream sets times of its own: docs/upstream.md, rules on create. */
const isSameMoment = (said: Date, shown: string): boolean =>
  Math.abs(said.getTime() - Date.parse(shown)) < minuteMs;
/** Ids that some layer took for numbers lose their zeros in front. */
const isSameNumber = (said: string, shown: string): boolean =>
  said.replace(/^0+/, '') === shown.replace(/^0+/, '');
const isSameWord = (said: string, shown: string): boolean => said.toLowerCase() === shown.toLowerCase();
const isSameAddress = (said: string, shown: string): boolean =>
  comparableAddress(said) === comparableAddress(shown);
const isSameSet = (said: readonly string[], shown: readonly string[]): boolean =>
  new Set(shown).size === new Set(said).size && said.every((sid) => shown.includes(sid));
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

/** How long after its creation a campaign starts at most that was given no start; the samples have ten minutes. */
const latestDefaultStartMs = hourMs;
/** "Without a schedule the end is 30 days after the start" (docs/upstream.md, rules on create). */
const defaultRunMs = 30 * dayMs;

/** Whether a row's times are those that were sent, or that the upstream sets where none were. */
export function hasScheduleOf({ schedule }: Pick<CampaignDraft, 'schedule'>, campaign: Campaign): boolean {
  const times = content.filter(({ group }) => group === 'schedule');
  if (times.some(({ verdict }) => verdict({ schedule: schedule ?? null }, campaign) === 'different'))
    return false;
  const [startMs, endMs, createdMs] = [
    campaign.schedule.startTime,
    campaign.schedule.endTime,
    campaign.createdAt,
  ].map((time) => Date.parse(time ?? '')) as [number, number, number];
  const isDefaultStart = !(startMs < createdMs - minuteMs || startMs > createdMs + latestDefaultStartMs);
  const isDefaultEnd = !(Math.abs(endMs - startMs - defaultRunMs) > dayMs);
  return (schedule?.startTime != null || isDefaultStart) && (schedule?.endTime != null || isDefaultEnd);
}

/**
 * How many things but the name a row has otherwise than they were sent. What the row does not say is no difference; what
 * was not sent, and the row has, is one.
 */
export function differences(draft: CampaignDraft, campaign: Campaign): number {
  const groups = new Set(
    content.flatMap(({ group, verdict }) => (verdict(draft, campaign) === 'different' ? [group] : [])),
  );
  if (!hasScheduleOf(draft, campaign)) groups.add('schedule');
  const isCalledBackUnsaid =
    (draft.statusCallback == null && campaign.statusCallback !== null) ||
    (draft.smsStatusCallback == null && campaign.smsStatusCallback !== null);
  if (isCalledBackUnsaid) groups.add('callbacks');
  return groups.size;
}

/**
 * What a campaign contradicts of what was sent: things that both say, and not alike. A text that some layer may have rewritten
 * is no contradiction, and neither is what the upstream adds.
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
  return sent == null || stored === null || similarityOf(sent, stored) !== 'different';
}

/** Contradictions that no layer makes: campaigns of another name, for other people, or of another text are other campaigns. */
const decisive = ['name', 'lists', 'template'];

/**
 * Tells whether the campaign that answers a create may be taken for the one that was sent.
 * @param sent the draft as it was sent, with its callback addresses.
 */
export function isPlausibleAnswer(sent: CampaignDraft, campaign: Campaign): boolean {
  const found = contradictions(sent, campaign);
  return found.size <= 1 && !decisive.some((group) => found.has(group));
}

/** What a campaign shows of a change that was sent. */
export type ChangeProgress = 'done' | 'notDone' | 'unclear';

/**
 * Tells what became of an update from the campaign as it is now.
 * @param before the campaign as it was.
 */
export function updateProgress(draft: CampaignDraft, before: Campaign, now: Campaign): ChangeProgress {
  const said = [name, ...content].filter((one) => one.said(draft) != null);
  const isUnchanged = ({ shown }: Field): boolean =>
    JSON.stringify(shown(now)) === JSON.stringify(shown(before));
  const isDone = (one: Field): boolean =>
    one.verdict(draft, now) === 'same' || (one === name && !isUnchanged(one) && isRenamed(draft, now));
  if (said.every(isDone)) return 'done';
  const isNotDone =
    said.every(isUnchanged) && said.some(({ verdict }) => verdict(draft, now) === 'different');
  return isNotDone ? 'notDone' : 'unclear';
}

/**
 * Tells what became of a lifecycle action from the campaign as it is now. A paused campaign that is over now was resumed and ran
 * to its end, or was completed by somebody else. Completing it fails the messages that were not submitted yet, so it was
 * resumed where more were sent than had been submitted.
 * @param before the campaign as it was.
 */
export function actionProgress(action: LifecycleAction, before: Campaign, now: Campaign): ChangeProgress {
  if (hasReached(action, now.status)) return 'done';
  if (now.status === CampaignStatus.UNKNOWN) return 'unclear';
  const isOver = now.status === CampaignStatus.COMPLETED || now.status === CampaignStatus.ARCHIVED;
  if (action !== CampaignAction.RESUME || !isOver) return 'notDone';
  return now.stats.sent > before.stats.sent + before.stats.submitted ? 'done' : 'unclear';
}

function isRenamed(draft: CampaignDraft, now: Campaign): boolean {
  const similarity = similarityOf(draft.name ?? '', now.name);
  return similarity === 'rewritten' || similarity === 'cut';
}
