import { LRUCache } from 'lru-cache';
import { roughBytes } from '../../datasources/reading/rough-bytes.js';
import { entryBytes, textBytes } from '../../domain/entries.js';
import { isBackwards } from '../../domain/lifecycle.js';
import { type Campaign } from '../../schema/campaign.js';
import { completed, differs } from '../completed.js';

/** What all gateways know of a campaign. */
export interface KnownCampaign {
  readonly campaign: Campaign;
  /** Of the reading that showed it last. */
  readonly order: number;
  /** Of the reading that it is the same as since: who knows that one knows this one too. */
  readonly since: number;
}

/** Of an entry, beside its campaign and its key. */
const knownBytes = entryBytes + 100;

/**
 * Of each campaign what was told last, by whichever gateway: what needs to be told is what differs from it. One that falls
 * out is told in full again.
 */
export class KnownCampaigns {
  readonly #known: LRUCache<string, KnownCampaign>;

  /** @param maximumBytes of all of them together. */
  constructor(maximumBytes: number) {
    this.#known = new LRUCache({
      maxSize: maximumBytes,
      sizeCalculation: ({ campaign }, sid) => knownBytes + roughBytes(campaign) + textBytes(sid),
    });
  }

  /**
   * Takes what was read here.
   * @returns it as all know it now, or undefined where they know something newer.
   */
  read(campaign: Campaign, order: number): (KnownCampaign & { readonly isChange: boolean }) | undefined {
    const before = this.#known.get(campaign.sid);
    if (before && isBehind(before, campaign, order)) return undefined;
    const after = before ? completed(campaign, before.campaign) : campaign;
    const isChange = !before || differs(before.campaign, after);
    const known = { campaign: after, order, since: isChange ? order : before.since };
    this.#known.set(campaign.sid, known);
    return { ...known, isChange };
  }

  /** Takes what another has read. @returns whether it is news. */
  heardOf(campaign: Campaign, order: number): boolean {
    const before = this.#known.get(campaign.sid);
    if (before && isBehind(before, campaign, order)) return false;
    const after = before ? completed(campaign, before.campaign) : campaign;
    this.#known.set(campaign.sid, { campaign: after, order, since: order });
    return true;
  }

  /** Takes that another has read the same again. @returns whether that is the same as what is known here. */
  heardAgain(sid: string, order: number, since: number): boolean {
    const before = this.#known.get(sid);
    if (before?.since !== since || before.order >= order) return false;
    this.#known.set(sid, { ...before, order });
    return true;
  }
}

function isBehind(before: KnownCampaign, campaign: Campaign, order: number): boolean {
  return before.order >= order || isBackwards(before.campaign.status, campaign.status);
}
