import { type Row } from '../../../domain/lists/page.js';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';
import { lacksCallbackKey } from '../../exotel/mapping/campaign.js';
import { type NamedDraft } from '../create.js';
import { isLikelyCreation, isShifted, type SentSpan } from './creation-time.js';
import { contradictions, differences, hasAddedCallbacks, isMarked } from './same-campaign.js';
import { similarityOf } from './text-similarity.js';

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
 * - `unaddressed`: the same, but the row has no key for a callback address that was sent. Any row that has the address is more likely.
 * - `rewritten`: every field but the name equals what was sent, and the name is a known rewriting.
 * - `named`: an answer to the create named it, and it differs in one property. Any of the rows above is more likely the campaign.
 * - `suspect`: an answer to the create named it, and it differs in more. It is not the campaign where another row is likely.
 * - `sameName`: the name is the same or similar, and another field differs or is unreadable. A weak similarity counts only with
 *   a single difference.
 * - `sameContent`: every field but the name equals what was sent, and the name is not a known rewriting. A gateway may have added
 *   its callback addresses.
 * - `none`: the row is another campaign.
 */
export type Match =
  | 'certain'
  | 'exact'
  | 'unaddressed'
  | 'rewritten'
  | 'named'
  | 'suspect'
  | 'sameName'
  | 'sameContent'
  | 'none';

/** Matches that a response which names the row does not make any surer. */
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
  if (!isLikelyCreation(lost, row.createdAt, aheadMs)) {
    // A wrong time zone changes the creation time and the schedule, and the layer may have rewritten the text as well.
    const isAllButTime =
      (isWhole || similarity === 'cut') &&
      [...contradictions(draft, row)].every((group) => group === 'schedule');
    return isAllButTime && isShifted(lost, draft, row, aheadMs) ? 'sameName' : 'none';
  }
  const different = new Set(differences(draft, row));
  const isUnaddressed = lacksSentAddress(lost, row);
  // A key that is null says that there is no address. A layer may have dropped a key that is missing.
  if (isUnaddressed && !lacksCallbackKey(row)) different.add('callbacks');
  if (different.size > 0) {
    const isNamedAlike = similarity === 'weak' ? different.size === 1 : similarity !== 'different';
    if (isNamedAlike) return 'sameName';
    const isAddedAlone = different.size === 1 && different.has('callbacks') && hasAddedCallbacks(draft, row);
    return isAddedAlone ? 'sameContent' : 'none';
  }
  if (similarity === 'same') return isUnaddressed ? 'unaddressed' : 'exact';
  return similarity === 'rewritten' || similarity === 'cut' ? 'rewritten' : 'sameContent';
}

/** Whether a row shows no address where one was sent. A gateway that adds its addresses sends both. */
function lacksSentAddress({ draft, marks }: LostCreate, row: Campaign): boolean {
  return (['statusCallback', 'smsStatusCallback'] as const).some(
    (key) => row[key] === null && (draft[key] != null || marks.length > 0),
  );
}

/** Matches a row that an answer to the create named. The answer outweighs a single difference. */
function suspectMatchOf(row: Row<Campaign>, lost: LostCreate, aheadMs: number): Match {
  if (row instanceof UpstreamFailure) return 'sameName';
  const isOneDifference = contradictions(lost.draft, row).size <= 1;
  if (isLikelyCreation(lost, row.createdAt, aheadMs)) return isOneDifference ? 'named' : 'suspect';
  return isOneDifference ? 'sameName' : 'none';
}
