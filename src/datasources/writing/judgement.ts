import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Row } from '../exotel/rows.js';
import { isMarked } from './callback-marks.js';
import { type NamedDraft } from './create.js';
import { isLikelyCreation, isShiftedCreation, type SentSpan } from './creation-time.js';
import { differences } from './same-campaign.js';
import { likenessOf } from './text-likeness.js';

/** A create whose answer was lost. */
export interface Lost extends SentSpan {
  /** Of which a campaign that is found becomes the answer. */
  readonly createId: string;
  readonly draft: NamedDraft;
  /** True where nobody else has this name: it was made for this create. */
  readonly isNameOurs: boolean;
  /** Of the callback addresses that were made for it: callback-marks.ts. */
  readonly marks: readonly string[];
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
