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

/** A page of campaigns; rows that could not be read are errors. */
interface CampaignPage {
  readonly nodes: readonly ({ readonly sid: string } | Error)[];
}

/** Tags as they are sent. */
export interface SentTags {
  /** Value of the header `Cache-Tag`. */
  readonly header: string;
  /**
   * Members of `extensions` that Apollo Router and Cosmo read: a list for each entity of `_entities`, or one list for the root
   * fields of any other answer.
   */
  readonly extensions: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * The tags of one answer: shared caches find by them what a change has made stale. An answer with more campaigns than its
 * tags may name has only the tag of lists, which every change invalidates.
 */
export class AnswerTags {
  readonly #campaigns = new Set<string>();
  readonly #pages: CampaignPage[] = [];
  #hasList = false;
  #entities: readonly string[] | 'several' | undefined;

  /** Adds a campaign that was asked for or found, also one that does not exist yet. */
  addCampaign(sid: string): void {
    this.#campaigns.add(sid);
  }

  /** Adds a list. @param page undefined if no row of it was read. */
  addList(page: CampaignPage | undefined): void {
    this.#hasList = true;
    if (page) this.#pages.push(page);
  }

  /** Sets the campaigns of `_entities`, in the order of the representations. */
  setEntities(sids: readonly string[]): void {
    this.#entities = this.#entities ? 'several' : sids;
  }

  /** The tags, computed here, because most answers have none. */
  get sent(): SentTags {
    for (const { nodes } of this.#pages)
      for (const row of nodes) if (!(row instanceof Error)) this.#campaigns.add(row.sid);
    // Sorted, because reads end in any order, and equal answers should be equal.
    const campaigns = Array.from(this.#campaigns, campaignTag).sort();
    const tags = this.#hasList ? [listTag, ...campaigns] : campaigns;
    const text = tags.join(',');
    const entities = this.#entities;
    return {
      header: text.length <= maximumHeader ? text : listTag,
      extensions: Array.isArray(entities)
        ? { apolloEntityCacheTags: entities.map((sid: string) => [campaignTag(sid)]) }
        : { apolloCacheTags: tags.length <= maximumTags ? tags : [listTag] },
    };
  }
}
