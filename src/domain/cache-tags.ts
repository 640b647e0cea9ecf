/** Tag of answers that a change of any campaign may change: those with a list. */
export const listTag = 'campaigns';

/** Tag of answers with a campaign. A sid of other characters than real ones is percent-encoded, as headers need it. */
export function campaignTag(sid: string): string {
  return `campaign-${/^[\w.-]+$/.test(sid) ? sid : encodeURIComponent(sid.replace(/\p{Cs}/gu, '\ufffd'))}`;
}

/** Most characters of the header `Cache-Tag`: nginx accepts 4 KiB of response headers by default. */
const maximumHeader = 3000;
/** Most tags of an answer in its body. Apollo Router and Cosmo accept 10,000. */
const maximumTags = 1000;

/**
 * The tags of one answer: shared caches find by them what a change has made stale. An answer with more campaigns than its
 * tags may name has only the tag of lists, which every change invalidates.
 */
export class AnswerTags {
  readonly #campaigns = new Set<string>();
  #hasList = false;
  #entities: readonly string[] | 'several' | undefined;

  /** Adds a campaign that was asked for or found, also one that does not exist yet. */
  addCampaign(sid: string): void {
    this.#campaigns.add(sid);
  }

  /** Adds a page of campaigns. */
  addList(sids: Iterable<string>): void {
    this.#hasList = true;
    for (const sid of sids) this.#campaigns.add(sid);
  }

  /** Sets the campaigns of `_entities`, in the order of the representations. */
  setEntities(sids: readonly string[]): void {
    this.#entities = this.#entities ? 'several' : sids;
  }

  /** The value of the header `Cache-Tag`. */
  get header(): string {
    const text = this.#all().join(',');
    return text.length <= maximumHeader ? text : listTag;
  }

  /**
   * The members of `extensions` that Apollo Router and Cosmo read: a list for each entity of `_entities`, or one list for the
   * root fields of any other answer.
   */
  get extensions(): Readonly<Record<string, readonly unknown[]>> {
    const entities = this.#entities;
    if (Array.isArray(entities))
      return { apolloEntityCacheTags: entities.map((sid: string) => [campaignTag(sid)]) };
    const tags = this.#all();
    return { apolloCacheTags: tags.length <= maximumTags ? tags : [listTag] };
  }

  #all(): string[] {
    // Sorted, because reads end in any order, and equal answers should be equal.
    return [...(this.#hasList ? [listTag] : []), ...Array.from(this.#campaigns, campaignTag).sort()];
  }
}
