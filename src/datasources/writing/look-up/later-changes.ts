import { CampaignAction, CampaignStatus } from '../../../domain/campaigns/campaign.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type WriteInFlight } from '../../campaigns/writes-in-flight.js';

/** Changes that a later change can undo: a completed or archived campaign stays so. */
const undoable: ReadonlySet<CampaignAction> = new Set([
  CampaignAction.PAUSE,
  CampaignAction.RESUME,
  CampaignAction.UPDATE,
]);

/**
 * Changes by others after a write was sent whose response was lost. A campaign that looks unchanged may have been
 * changed back, and sending the write again would undo that: a campaign that was just paused would send on.
 */
export class LaterChanges {
  readonly #action: CampaignAction;
  readonly #before: Campaign;
  readonly #write: WriteInFlight;
  #shown: string;
  /** Number of reads so far, if each showed a new `updatedAt`; undefined once a read repeats one. */
  #moves: number | undefined = 0;

  /** @param before the campaign as it was known before the write. */
  constructor(action: CampaignAction, before: Campaign, write: WriteInFlight) {
    this.#action = action;
    this.#before = before;
    this.#write = write;
    this.#shown = before.updatedAt;
  }

  /**
   * Tells whether a later change may have undone the write. Signs are another write through a gateway of the account, and a
   * later `updatedAt`. The latter is not a sign if the campaign is in progress, since its messages change it too, or if it
   * differs in every response.
   * @param campaign as a read after the write shows it.
   */
  mayHaveUndone({ status, updatedAt }: Campaign): boolean {
    if (this.#shown === updatedAt) this.#moves = undefined;
    else if (this.#moves !== undefined) this.#moves += 1;
    this.#shown = updatedAt;
    const isMoving = this.#moves !== undefined && this.#moves > 1;
    if (!undoable.has(this.#action)) return false;
    const isUpdated = updatedAt !== this.#before.updatedAt && status !== CampaignStatus.IN_PROGRESS;
    return this.#write.isFollowed || (isUpdated && !isMoving);
  }
}
