import { type Row } from '../../../domain/page.js';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type NamedDraft } from '../create.js';
import { contradictions, differences, isMarked } from './same-campaign.js';
import { similarityOf } from './text-similarity.js';

/** When a request was sent, and the time by which it is processed, if ever. Epoch milliseconds, by our clock. */
interface SentSpan {
  readonly sentAtMs: number;
  readonly settledByMs: number;
}

/** A create whose answer was lost. */
export interface LostCreate extends SentSpan {
  /** The campaign that is found is reserved under this id. */
  readonly createId: string;
  readonly draft: NamedDraft;
  /** True for a name that was generated for this create, so that no other campaign has it. */
  readonly isNameOurs: boolean;
  /** Digests of the callback addresses that were generated for this create. */
  readonly marks: readonly string[];
  /** Sids of campaigns that answers to this create named, though they differ from what was sent. */
  readonly suspects: readonly string[];
}

/**
 * How well a row of a list matches a lost create (the table is in docs/writing.md):
 * - `certain`: it has a name or a callback address that was generated for this create.
 * - `exact`: every field equals what was sent.
 * - `rewritten`: every field but the name equals what was sent, and the name is a known rewriting.
 * - `sameName`: the name is the same or similar, and another field differs or is unreadable.
 * - `sameContent`: every field but the name equals what was sent, and the name is no known rewriting.
 * - `none`: the row is another campaign.
 */
export type Match = 'certain' | 'exact' | 'rewritten' | 'sameName' | 'sameContent' | 'none';

/** The matches that an answer of the upstream makes no surer. */
const sureMatches: ReadonlySet<Match> = new Set<Match>(['certain', 'exact', 'rewritten']);

/**
 * Matches a row with a lost create.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` header of its answers.
 */
export function matchOf(row: Row<Campaign>, lost: LostCreate, aheadMs: number): Match {
  const match = contentMatchOf(row, lost, aheadMs);
  const sid = row instanceof UpstreamFailure ? row.facts.sid : row.sid;
  if (sid === undefined || !lost.suspects.includes(sid)) return match;
  return sureMatches.has(match) ? match : suspectMatchOf(row, lost, aheadMs);
}

function contentMatchOf(row: Row<Campaign>, lost: LostCreate, aheadMs: number): Match {
  const { draft, isNameOurs, marks } = lost;
  if (row instanceof UpstreamFailure) {
    const { name, createdAt } = row.facts;
    const isSimilar = name === undefined || similarityOf(draft.name, name) !== 'different';
    return isSimilar && isLikelyCreation(lost, createdAt, aheadMs) ? 'sameName' : 'none';
  }
  if (isMarked(row, marks)) return 'certain';
  const similarity = similarityOf(draft.name, row.name);
  const isWhole = similarity === 'same' || similarity === 'rewritten';
  if (isNameOurs && isWhole) return 'certain';
  const isEqual = differences(draft, row) === 0;
  if (!isLikelyCreation(lost, row.createdAt, aheadMs)) {
    const isAllButTime = isEqual && (isWhole || similarity === 'cut');
    return isAllButTime && isShiftedCreation(lost, row.createdAt, aheadMs) ? 'sameName' : 'none';
  }
  if (!isEqual) return similarity === 'different' ? 'none' : 'sameName';
  if (similarity === 'different' || similarity === 'near') return 'sameContent';
  return similarity === 'same' ? 'exact' : 'rewritten';
}

/** Matches a row that an answer to the create named. The answer outweighs a single difference. */
function suspectMatchOf(row: Row<Campaign>, lost: LostCreate, aheadMs: number): Match {
  if (row instanceof UpstreamFailure) return 'sameName';
  const isOneDifference = contradictions(lost.draft, row).size <= 1;
  if (isLikelyCreation(lost, row.createdAt, aheadMs)) return isOneDifference ? 'rewritten' : 'sameName';
  return isOneDifference ? 'sameName' : 'none';
}

/** The error that is tolerated between the clock of `date_created` and the clock of the `Date` header. */
const clockToleranceMs = 5 * 60_000;
/** Some layers drop the seconds of a time, and the header drops milliseconds. */
const precisionMs = 61_000;
const slackMs = clockToleranceMs + precisionMs;
/** The times of the API document have the Indian offset. */
const indianOffsetMs = 5.5 * 3_600_000;

/**
 * Tells whether a request may have created a campaign, by the campaign's creation time. Either clock may be wrong, so the time may
 * be near either of them.
 * @param createdAt undefined for a time that is unreadable.
 * @param aheadMs how far the upstream's clock is ahead of ours, by the `Date` header of its answers.
 */
export function isLikelyCreation(span: SentSpan, createdAt: string | undefined, aheadMs: number): boolean {
  return createdAt === undefined || isNear(span, createdAt, [0, aheadMs]);
}

/** The same for a time that a layer wrote with the Indian offset in place of UTC, or the other way round. */
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

/** The earliest creation time of a campaign that a request created, by the upstream's clock. */
export function earliestCreationMs({ sentAtMs }: SentSpan, aheadMs: number): number {
  return sentAtMs + Math.min(0, aheadMs) - slackMs;
}
