import { setImmediate } from 'node:timers/promises';
import { type CampaignQuery, campaignQueryOf } from '../../../domain/lists/list-query.js';
import { type Row, sidOf, type Window } from '../../../domain/lists/page.js';
import { failedBecause, UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';
import { type ExotelClient } from '../../exotel/client.js';
import { type CallOptions } from '../../exotel/resilience/call-policy.js';
import { earliestStartMs } from './creation-time.js';
import { ListScan } from './list-scan.js';
import { matchOf, type Match, type LostCreate } from './match.js';
import { type FoundRow, type OutstandingCreates, type Rivals } from './outstanding-creates.js';
import { SearchedWindows } from './searched-windows.js';
import { type SidReservations } from './sid-reservations.js';
import { searchTermOf } from './text-similarity.js';

/** The list does not show whether the campaign exists. */
export class Inconclusive extends Error {
  override readonly name: string = 'CannotTell';
}

/** The list can't be read to the last place where the campaign could be. A search by name may still find it. */
class ListUnread extends Inconclusive {
  override readonly name: string = 'ListUnread';
}

/** The list is longer than one scan may read. Another scan would read the same windows. */
export class ListTooLong extends ListUnread {
  override readonly name = 'ListTooLong';
}

/** Options of a look-up. */
interface LookUpOptions {
  readonly client: ExotelClient;
  readonly reservations: SidReservations;
  readonly outstanding: OutstandingCreates;
  /** The shared clock, by which creates are noted. */
  readonly now: () => number;
  /** The clock of this gateway. */
  readonly ownNow: () => number;
  /** Rows of one list window. */
  readonly windowRows: () => number;
  /** Most windows that one scan reads. */
  readonly maximumWindows: number;
}

/** A lost create, and the list query by which its campaign is searched. */
interface Search {
  readonly lost: LostCreate;
  readonly query: CampaignQuery;
  readonly call: CallOptions;
  /** Windows that were asked for since then show the campaign, if there is one; epoch milliseconds. */
  readonly sinceMs: number;
  /** True where a null must prove that there is no campaign. */
  readonly isProof?: boolean;
}

/** A row that matches the create. */
interface Candidate {
  readonly row: Row<Campaign>;
  readonly match: Exclude<Match, 'none'>;
  readonly aheadMs: number;
}

/** Most scans of a list that changes while it is read. */
const maximumScans = 3;

/** Searches that begin within this time of each other share their windows. */
const togetherMs = 1000;

const allCampaigns = campaignQueryOf({});

/** Searches the upstream's list for the campaign of a create whose response was lost, by name, content and creation time. */
export class LookUp {
  readonly #options: LookUpOptions;
  readonly #windows: SearchedWindows;

  constructor(options: LookUpOptions) {
    this.#options = options;
    this.#windows = new SearchedWindows(options.now);
  }

  /**
   * Searches by a part of the name, which costs the fewest calls but misses a rewritten name. Where a null must be certain, it reads
   * all campaigns that start after the request was sent.
   * @param mustBeCertain true where null must prove that there is no campaign.
   * @throws ListTooLong where a scan can't prove it, now or later: `findByName` may still find the campaign.
   * @returns the campaign, reserved for this create, or null where it is not in the list.
   * @throws Inconclusive or UpstreamFailure where neither is certain.
   */
  async findCampaign(lost: LostCreate, call: CallOptions, mustBeCertain: boolean): Promise<Campaign | null> {
    const nowMs = this.#options.now();
    // A request that is settled has stored its campaign by then, or never will. One that is not may just be doing so.
    const sinceMs = mustBeCertain ? Math.max(lost.settledByMs, nowMs - togetherMs) : nowMs;
    const all = { lost, query: allCampaigns, call, sinceMs, isProof: mustBeCertain };
    const query = nameQueryOf(lost);
    if (!query) return this.#findIn(all);
    const byName = { lost, query, call, sinceMs };
    if (!mustBeCertain) return this.#findByNameOrInAll(byName, all);
    try {
      return await this.#findIn(all);
    } catch (error) {
      if (!(error instanceof ListUnread) && !failedBecause(error, 'invalidResponse')) throw error;
      const found = await this.#findIn(byName);
      if (found) return found;
      throw error;
    }
  }

  /** Searches by a part of the name alone, if the name has one. @returns null where the search shows no campaign. */
  async findByName(lost: LostCreate, call: CallOptions): Promise<Campaign | null> {
    const query = nameQueryOf(lost);
    return query ? this.#findIn({ lost, query, call, sinceMs: this.#options.now() }) : null;
  }

  async #findByNameOrInAll(byName: Search, all: Search): Promise<Campaign | null> {
    try {
      return await this.#findIn(byName);
    } catch (error) {
      // The upstream may refuse to search for a part of a name that it accepted.
      if (!failedBecause(error, 'refused')) throw error;
      return this.#findIn(all);
    }
  }

  /**
   * Scans the list until a scan is conclusive. Where all matching rows are other creates', one more scan must show no others: an
   * identical create that was sent after the list was read may have taken the row of this one, and has left its own.
   */
  async #findIn(search: Search): Promise<Campaign | null> {
    let taken = 0;
    for (let scan = 1; scan <= maximumScans; scan += 1) {
      const sinceMs = scan === 1 ? search.sinceMs : this.#options.now();
      const found = await this.#scan({ ...search, sinceMs });
      if (found === 'moved') continue;
      if (!isTaken(found)) return found;
      if (found.taken === taken || search.isProof !== true) return null;
      ({ taken } = found);
    }
    throw new ListUnread('the list changes while it is read');
  }

  /** Scans the list once. @returns how many rows match where all of them are other creates'. */
  async #scan({
    lost,
    query,
    call,
    sinceMs,
    isProof = false,
  }: Search): Promise<Campaign | null | 'moved' | { readonly taken: number }> {
    const { client, windowRows, maximumWindows } = this.#options;
    const scan = new ListScan({
      read: (offset) => {
        const slice = { offset, limit: windowRows() };
        const key = JSON.stringify([query.name, slice.offset, slice.limit]);
        const age = { createId: lost.createId, sinceMs };
        return this.#windows.read(key, age, () => client.listCampaigns(query, slice, call));
      },
      maximumWindows,
      earliestStartMs: (window) =>
        earliestStartMs(lost, lost.draft.schedule?.startTime, this.#aheadMs(window)),
      isProof,
    });
    const candidates = new Map<unknown, Candidate>();
    for await (const window of scan.windows()) {
      const found = await candidatesIn(window.rows, lost, this.#aheadMs(window));
      for (const candidate of found) candidates.set(sidOf(candidate.row) ?? candidate, candidate);
      const sure = await this.#reserveFirst(found.filter(isConclusive), lost, namesOf(candidates.values()));
      if (sure) return sure;
    }
    if (scan.result === 'moved') return 'moved';
    const found = await this.#decide([...candidates.values()], lost);
    if (found === null && (await this.#options.reservations.reservedFor(lost.createId)) !== undefined)
      throw new Inconclusive('an earlier look-up has found the campaign');
    if (found === null && scan.result === 'tooLong') throw new ListTooLong('the list is too long');
    if (found === null && scan.result === 'unread') throw new ListUnread('the list contradicts itself');
    return found === null && candidates.size > 0 ? { taken: candidates.size } : found;
  }

  /** Chooses the campaign at the end of a scan. Waits for creates in flight, whose answers show which rows are theirs. */
  async #decide(candidates: readonly Candidate[], lost: LostCreate): Promise<Campaign | null> {
    const early = await this.#decideNow(candidates, lost);
    if (early !== 'unclear') return early;
    const late = (await this.#options.outstanding.waitForOthers(lost.createId))
      ? await this.#decideNow(candidates, lost)
      : early;
    if (late === 'unclear') throw new Inconclusive('a row may be the campaign');
    return late;
  }

  async #decideNow(candidates: readonly Candidate[], lost: LostCreate): Promise<Campaign | null | 'unclear'> {
    const seen = namesOf(candidates);
    const rivals = await this.#rivalsOf(lost);
    const areAnothers = await Promise.all(
      candidates.map(async (candidate) => {
        if (candidate.match === 'sameContent' && rivals.hasWholeNameOfOne(foundIn(candidate))) return true;
        const sid = sidOf(candidate.row);
        return sid !== undefined && (await this.#options.reservations.isAnothers(sid, lost.createId));
      }),
    );
    const open = candidates.filter((_, index) => areAnothers[index] !== true);
    if (open.length === 0) return candidates.length > 0 && rivals.mayComeLate ? 'unclear' : null;
    const rewritten = open.filter(({ match }) => match === 'rewritten');
    const likely = rewritten.length > 0 ? rewritten : open.filter(({ match }) => match === 'named');
    const names = new Set(likely.map(({ row }) => (row as Campaign).name));
    const isOnlyName = names.size === 1 && open.every(isLessLikelyThan(likely));
    const conclusive = open.filter(isConclusive);
    const unaddressed = open.filter(({ match }) => match === 'unaddressed');
    const acceptable = isOnlyName ? likely : conclusive.length > 0 ? conclusive : unaddressed;
    return (await this.#reserveFirst(acceptable, lost, seen)) ?? 'unclear';
  }

  /** Reserves the first row that no other create can have created. */
  async #reserveFirst(
    candidates: readonly Candidate[],
    lost: LostCreate,
    seen: ReadonlySet<string>,
  ): Promise<Campaign | null> {
    if (candidates.length === 0) return null;
    const rivals = await this.#rivalsOf(lost);
    for (const candidate of candidates) {
      const found = foundIn(candidate);
      if (candidate.match !== 'certain' && rivals.mayHaveMade(found, seen)) continue;
      if (await this.#options.reservations.reserve(found.row.sid, lost.createId)) return found.row;
    }
    return null;
  }

  /** Reads the register after the list and before a reservation: a create that is not in it has reserved its campaign. */
  #rivalsOf({ createId: id, draft }: LostCreate): Promise<Rivals> {
    return this.#options.outstanding.rivalsOf({ id, draft });
  }

  /** How far the upstream's clock is ahead of the shared one, by the `Date` of its answer; without it, how far our own is. */
  #aheadMs({ answeredAtMs }: Window<Campaign>): number {
    const { now, ownNow } = this.#options;
    return (answeredAtMs ?? ownNow()) - now();
  }
}

/** The query by a part of the name of a create; undefined for a name without a part to search for. */
function nameQueryOf({ draft }: LostCreate): CampaignQuery | undefined {
  const name = searchTermOf(draft.name);
  return name === null ? undefined : { ...allCampaigns, name };
}

function isTaken(found: Campaign | null | { readonly taken: number }): found is { readonly taken: number } {
  return found !== null && 'taken' in found;
}

/** The row of a candidate that is readable. */
function foundIn({ row, aheadMs }: Candidate): FoundRow {
  return { row: row as Campaign, aheadMs };
}

const isConclusive = ({ match }: Candidate): boolean => match === 'certain' || match === 'exact';
/** Rows that do not make a rewritten one doubtful: its equals, and those that are less likely. */
const besideRewritten: ReadonlySet<Match> = new Set<Match>(['rewritten', 'named', 'suspect', 'sameContent']);

function isLessLikelyThan([likely]: readonly Candidate[]): (candidate: Candidate) => boolean {
  return ({ match }) =>
    likely?.match === 'rewritten' ? besideRewritten.has(match) : match === likely?.match;
}

function namesOf(candidates: Iterable<Candidate>): ReadonlySet<string> {
  return new Set([...candidates].flatMap(({ row }) => (row instanceof UpstreamFailure ? [] : [row.name])));
}

/** Characters that are compared in one turn of the event loop. */
const charactersInOneTurn = 20_000;

async function candidatesIn(
  rows: readonly Row<Campaign>[],
  lost: LostCreate,
  aheadMs: number,
): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  let characters = 0;
  for (const row of rows) {
    const match = matchOf(row, lost, aheadMs);
    if (match !== 'none') candidates.push({ row, match, aheadMs });
    if (!(row instanceof UpstreamFailure)) characters += row.name.length + row.template.length;
    if (characters < charactersInOneTurn) continue;
    await setImmediate();
    characters = 0;
  }
  return candidates;
}
