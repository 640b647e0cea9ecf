import { CampaignOrderField, OrderDirection } from '../../domain/order.js';
import { failedBecause, UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type ExotelClient } from '../exotel/client.js';
import { type CallOptions } from '../exotel/policy/call-policy.js';
import { type CampaignQuery } from '../exotel/query.js';
import { type Row, type Window } from '../exotel/rows.js';
import { type NamedDraft } from './create.js';
import { couldBe, nameLikeness, searchable } from './same-campaign.js';
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
  /** True where nobody else has this name: it was made for this create. */
  readonly isNameOurs: boolean;
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
/** Some layers keep minutes only. */
const minuteMs = 60_000;
/** What so many windows of fifty don't hold is not to be found. */
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
      return await this.#findIn({ ...everything, name: searchable(lost.draft.name) }, lost, call);
    } catch (error) {
      // An upstream that takes a name may yet refuse to search for a part of it.
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
      const isEnd = offset >= total || this.#isPast(window, lost);
      if (!isEnd && window.rows.length > 0) continue;
      if (unclear || !isEnd) throw new CannotTell('a row may be the one');
      return null;
    }
    throw new CannotTell('too many campaigns have this name');
  }

  /** The first of a window's rows that is the one, and is not another create's. */
  async #among(window: Window<Campaign>, lost: Lost): Promise<Campaign | CannotTell | null> {
    const span = this.#span(lost, window);
    let unclear: CannotTell | null = null;
    for (const row of window.rows) {
      const likeness = likenessOf(row, lost, span);
      if (likeness === 'same' && (await this.#options.taken.take((row as Campaign).sid, lost.createId)))
        return row as Campaign;
      if (likeness === 'unclear' && !(await this.#isAnothers(row, lost.createId)))
        unclear = new CannotTell('a row may be the one');
    }
    return unclear;
  }

  /** The latest start comes first, and ours is after it was sent: what starts before that is older. */
  #isPast(window: Window<Campaign>, lost: Lost): boolean {
    const starts = window.rows.map((row) =>
      row instanceof UpstreamFailure ? Number.NaN : Date.parse(row.schedule.startTime ?? ''),
    );
    const isSorted = starts.every((start, index) => start <= (starts[index - 1] ?? Infinity));
    return isSorted && (starts.at(-1) ?? Infinity) < this.#span(lost, window).fromMs;
  }

  async #isAnothers(row: Row<Campaign>, createId: string): Promise<boolean> {
    const sid = row instanceof UpstreamFailure ? row.facts.sid : row.sid;
    return sid !== undefined && this.#options.taken.isTaken(sid, createId);
  }

  /** When it was created if it was, by the upstream's clock: how that differs from ours the `Date` of its answers tells. */
  #span({ sentAtMs, sealedAtMs }: Lost, { answeredAtMs }: Window<Campaign>): Span {
    const nowMs = this.#options.now();
    const aheadMs = (answeredAtMs ?? nowMs) - nowMs;
    const sentMs = sentAtMs + Math.min(0, aheadMs);
    return {
      fromMs: sentMs - clockToleranceMs,
      likelyFromMs: sentMs - minuteMs,
      likelyToMs: sealedAtMs + Math.max(0, aheadMs) + clockToleranceMs,
    };
  }
}

interface Span {
  /** What was created before is not the one. */
  readonly fromMs: number;
  /** What was created in between may be the one, though it looks otherwise. */
  readonly likelyFromMs: number;
  readonly likelyToMs: number;
}

const everything: CampaignQuery = {
  name: null,
  statuses: [],
  order: { field: CampaignOrderField.START_TIME, direction: OrderDirection.DESC },
};

/**
 * Whether a row is the one. One that can't be read may be; so may one of its name, or nearly, and of its time whose
 * content is not what was sent: somebody or something rewrote it.
 */
function likenessOf(
  row: Row<Campaign>,
  { draft, isNameOurs }: Lost,
  span: Span,
): 'same' | 'other' | 'unclear' {
  const { name, createdAt } = row instanceof UpstreamFailure ? row.facts : row;
  const named = name === undefined ? 'near' : nameLikeness(draft.name, name);
  const createdAtMs = createdAt === undefined ? undefined : Date.parse(createdAt);
  if (named === 'other' || (createdAtMs !== undefined && createdAtMs < span.fromMs)) return 'other';
  const isSame = named === 'same' && !(row instanceof UpstreamFailure) && (isNameOurs || couldBe(draft, row));
  if (isSame) return 'same';
  const isLikely =
    createdAtMs === undefined || (createdAtMs >= span.likelyFromMs && createdAtMs <= span.likelyToMs);
  return isLikely ? 'unclear' : 'other';
}
