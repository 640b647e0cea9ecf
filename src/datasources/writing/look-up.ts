import { CampaignOrderField, OrderDirection } from '../../domain/order.js';
import { failedBecause, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { type CallOptions } from '../exotel/policy/call-policy.js';
import { type CampaignQuery } from '../exotel/query.js';
import { type Row, type Window } from '../exotel/rows.js';
import { type NamedDraft } from './create.js';
import { couldBe, hasName } from './same-campaign.js';
import { type TakenSids } from './taken-sids.js';

/** The list does not tell whether the campaign is there. */
export class CannotTell extends Error {
  override readonly name = 'CannotTell';
}

/** What is looked for. */
export interface Lost {
  /** Of whom a campaign found becomes the answer. */
  readonly createId: string;
  readonly draft: NamedDraft;
  /** When it was sent, and until when it may have been taken; by our clock. */
  readonly sentAtMs: number;
  readonly sealedAtMs: number;
}

/** What looking needs. */
export interface LookUpOptions {
  readonly client: ExotelClient;
  readonly taken: TakenSids;
  readonly now: () => number;
  /** How many rows to ask for at once. */
  readonly windowRows: () => number;
}

/** How far the upstream's clock may be behind ours, beyond what its `Date` header shows. */
const clockToleranceMs = 2 * 60_000;
/** A name that so many windows of fifty don't hold is no name to look for. */
const maximumWindows = 10;
/** How often a list that moves is read anew. */
const maximumWalks = 3;

/** Looks in the list for a campaign whose create was sent and never answered: by name, content and time. */
export class LookUp {
  readonly #options: LookUpOptions;

  constructor(options: LookUpOptions) {
    this.#options = options;
  }

  /**
   * @returns the campaign, which is then nobody else's answer, or null where it is not in the list.
   * @throws CannotTell or UpstreamFailure where that can't be told.
   */
  async find(lost: Lost, call: CallOptions): Promise<Campaign | null> {
    try {
      return await this.#findIn({ ...everything, name: lost.draft.name.trim() }, lost, call);
    } catch (error) {
      // "Min 3 letters": an upstream that takes a name may yet refuse to search for it.
      if (!failedBecause(error, 'refused')) throw error;
      return this.#findIn(everything, lost, call);
    }
  }

  async #findIn(query: CampaignQuery, lost: Lost, call: CallOptions): Promise<Campaign | null> {
    for (let walk = 0; walk < maximumWalks; walk += 1) {
      const found = await this.#walk(query, lost, call);
      if (found !== 'moved') return found;
    }
    throw new CannotTell('the list does not stand still');
  }

  /** One way through the list; rows that move between two windows could be passed over. */
  async #walk(query: CampaignQuery, lost: Lost, call: CallOptions): Promise<Campaign | null | 'moved'> {
    let total: number | undefined;
    let unclear = false;
    for (let offset = 0, windows = 0; windows < maximumWindows; windows += 1) {
      const slice = { offset, limit: this.#options.windowRows() };
      const window = await this.#options.client.listCampaigns(query, slice, call);
      if (total !== undefined && total !== window.total) return 'moved';
      total = window.total;
      const found = await this.#among(window, lost);
      if (found instanceof CannotTell) unclear = true;
      else if (found) return found;
      offset += window.rows.length;
      if (offset < total && window.rows.length > 0) continue;
      if (unclear || offset < total) throw new CannotTell('a row may be the one');
      return null;
    }
    throw new CannotTell('too many campaigns have this name');
  }

  /** The first of a window's rows that is the one, and is not another create's. */
  async #among(window: Window<Campaign>, lost: Lost): Promise<Campaign | CannotTell | null> {
    const span = this.#span(lost, window);
    let unclear: CannotTell | null = null;
    for (const row of window.rows) {
      const likeness = likenessOf(row, lost.draft, span);
      if (likeness === 'same' && (await this.#options.taken.take((row as Campaign).sid, lost.createId)))
        return row as Campaign;
      if (likeness === 'unclear' && !(await this.#isAnothers(row, lost.createId)))
        unclear = new CannotTell('a row may be the one');
    }
    return unclear;
  }

  async #isAnothers(row: Row<Campaign>, createId: string): Promise<boolean> {
    const sid = row instanceof UpstreamFailure ? row.facts.sid : row.sid;
    return sid !== undefined && this.#options.taken.isTaken(sid, createId);
  }

  /** When it was created if it was, by the upstream's clock: how that differs from ours the `Date` of its answers tells. */
  #span({ sentAtMs, sealedAtMs }: Lost, { answeredAtMs }: Window<Campaign>): Span {
    const nowMs = this.#options.now();
    const aheadMs = (answeredAtMs ?? nowMs) - nowMs;
    return {
      fromMs: sentAtMs + Math.min(0, aheadMs) - clockToleranceMs,
      toMs: sealedAtMs + Math.max(0, aheadMs) + clockToleranceMs,
    };
  }
}

interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const everything: CampaignQuery = {
  name: null,
  statuses: [],
  order: { field: CampaignOrderField.START_TIME, direction: OrderDirection.DESC },
};

/** A row that can't be read may be the one; so may a namesake of the right time that was changed since. */
function likenessOf(row: Row<Campaign>, draft: NamedDraft, span: Span): 'same' | 'other' | 'unclear' {
  if (row instanceof UpstreamFailure) return 'unclear';
  const createdAtMs = Date.parse(row.createdAt);
  if (!hasName(draft.name, row) || createdAtMs < span.fromMs) return 'other';
  if (couldBe(draft, row)) return 'same';
  return createdAtMs <= span.toMs && Date.parse(row.updatedAt) - createdAtMs > 1000 ? 'unclear' : 'other';
}
