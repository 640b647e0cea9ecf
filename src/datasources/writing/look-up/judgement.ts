import { type Row } from '../../../domain/page.js';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type NamedDraft } from '../create.js';
import { contradictions, differences, isMarked } from './same-campaign.js';
import { likenessOf } from './text-likeness.js';

/** When a request was sent, and by when it is processed, if ever; epoch milliseconds, by our clock. */
interface SentSpan {
  readonly sentAtMs: number;
  readonly settledByMs: number;
}

/** How far the clock that writes `date_created` may be from the one that writes the `Date` header. */
const clockToleranceMs = 5 * 60_000;
/** Some layers keep minutes only, and the header has seconds. */
const precisionMs = 61_000;
const slackMs = clockToleranceMs + precisionMs;

/**
 * Tells whether a campaign may have been created by a request, by its creation time.
 * @param createdAt undefined where it can't be read.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` of its answers. Either of the two clocks may be wrong,
 * so the time may be near either.
 */
export function isLikelyCreation(span: SentSpan, createdAt: string | undefined, aheadMs: number): boolean {
  return createdAt === undefined || isNear(span, createdAt, [0, aheadMs]);
}

/** The document's times are Indian. */
const indianOffsetMs = 5.5 * 3_600_000;

/** The same for a time that some layer wrote in Indian time as if it were UTC, or the other way round. */
function isShiftedCreation(span: SentSpan, createdAt: string, aheadMs: number): boolean {
  const offsets = [0, aheadMs].flatMap((offsetMs) => [offsetMs - indianOffsetMs, offsetMs + indianOffsetMs]);
  return isNear(span, createdAt, offsets);
}

function isNear(
  { sentAtMs, settledByMs }: SentSpan,
  createdAt: string,
  offsetsMs: readonly number[],
): boolean {
  const createdMs = Date.parse(createdAt);
  return offsetsMs.some(
    (offsetMs) => createdMs >= sentAtMs + offsetMs - slackMs && createdMs <= settledByMs + offsetMs + slackMs,
  );
}

/** The earliest creation time of a campaign that a request created; by the upstream's clock. */
export function earliestCreationMs({ sentAtMs }: SentSpan, aheadMs: number): number {
  return sentAtMs + Math.min(0, aheadMs) - slackMs;
}

/** A create whose answer was lost. */
export interface Lost extends SentSpan {
  /** Of which a campaign that is found becomes the answer. */
  readonly createId: string;
  readonly draft: NamedDraft;
  /** True where nobody else has this name: it was made for this create. */
  readonly isNameOurs: boolean;
  /** Of the callback addresses that were made for it: callback-marks.ts. */
  readonly marks: readonly string[];
  /** Sids of campaigns that answers to it named, though they differ from what was sent. */
  readonly suspects: readonly string[];
}

/**
 * What a row of a list is to a lost create (docs/writing.md has the table):
 * - `certain`: it has what was made for this create alone.
 * - `same`: all that it says is what was sent.
 * - `rewritten`: all but the name, and that is a known rewriting of the name that was sent.
 * - `namesake`: it has the name, or nearly, and differs or can't be read: rewritten on the way, or changed since.
 * - `twin`: all but the name is what was sent, and no known rewriting makes it of the name that was.
 * - `other`: it is not the one.
 */
export type Judgement = 'certain' | 'same' | 'rewritten' | 'namesake' | 'twin' | 'other';

/**
 * Judges a row.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` of its answers.
 */
export function judge(row: Row<Campaign>, lost: Lost, aheadMs: number): Judgement {
  const judgement = judgeByContent(row, lost, aheadMs);
  const sid = row instanceof UpstreamFailure ? row.facts.sid : row.sid;
  if (sid === undefined || !lost.suspects.includes(sid)) return judgement;
  return isRanked.has(judgement) ? judgement : judgeSuspect(row, lost, aheadMs);
}

const isRanked: ReadonlySet<Judgement> = new Set<Judgement>(['certain', 'same', 'rewritten']);

/** A row that an answer to the create named is believed where it differs in one thing only. */
function judgeSuspect(row: Row<Campaign>, lost: Lost, aheadMs: number): Judgement {
  if (row instanceof UpstreamFailure) return 'namesake';
  const isOneThing = contradictions(lost.draft, row).size <= 1;
  const isInTime = isLikelyCreation(lost, row.createdAt, aheadMs);
  if (isInTime) return isOneThing ? 'rewritten' : 'namesake';
  return isOneThing ? 'namesake' : 'other';
}

function judgeByContent(row: Row<Campaign>, lost: Lost, aheadMs: number): Judgement {
  const { draft, isNameOurs, marks } = lost;
  if (row instanceof UpstreamFailure) {
    const { name, createdAt } = row.facts;
    const isLike = name === undefined || likenessOf(draft.name, name) !== 'different';
    return isLike && isLikelyCreation(lost, createdAt, aheadMs) ? 'namesake' : 'other';
  }
  if (isMarked(row, marks)) return 'certain';
  const likeness = likenessOf(draft.name, row.name);
  const isWhole = likeness === 'same' || likeness === 'rewritten';
  if (isNameOurs && isWhole) return 'certain';
  const isEqual = differences(draft, row) === 0;
  if (!isLikelyCreation(lost, row.createdAt, aheadMs)) {
    const isAllButTime = isEqual && (isWhole || likeness === 'cut');
    return isAllButTime && isShiftedCreation(lost, row.createdAt, aheadMs) ? 'namesake' : 'other';
  }
  if (!isEqual) return likeness === 'different' ? 'other' : 'namesake';
  if (likeness === 'different' || likeness === 'near') return 'twin';
  return likeness === 'same' ? 'same' : 'rewritten';
}
