/** The fields of a page that a walk needs. */
export interface WalkedPage {
  readonly edges: readonly { readonly cursor: string; readonly node?: { readonly sid: string } | null }[];
  readonly totalCount: number;
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor?: string | null;
    readonly endCursor?: string | null;
  };
}

/** Arguments of a page. */
export interface WalkStep {
  readonly first?: number;
  readonly after?: string | null;
  readonly last?: number;
  readonly before?: string | null;
}

const manyPages = 1000;

/** Follows `endCursor` until there is no next page; returns the sids in the order of reading. */
export async function walkForwards(
  size: number,
  read: (step: WalkStep) => Promise<WalkedPage>,
): Promise<string[]> {
  const sids: string[] = [];
  for (let [page, after] = [0, null as string | null]; page < manyPages; page += 1) {
    const { edges, pageInfo } = await read({ first: size, after });
    sids.push(...edges.map(({ node }) => node?.sid ?? 'unreadable'));
    if (!pageInfo.hasNextPage) return sids;
    after = pageInfo.endCursor ?? null;
  }
  throw new Error('the walk does not end');
}

/** Follows `startCursor` from the end until there is no previous page; returns the sids in list order. */
export async function walkBackwards(
  size: number,
  read: (step: WalkStep) => Promise<WalkedPage>,
): Promise<string[]> {
  let sids: string[] = [];
  for (let [page, before] = [0, null as string | null]; page < manyPages; page += 1) {
    const { edges, pageInfo } = await read({ last: size, before });
    sids = [...edges.map(({ node }) => node?.sid ?? 'unreadable'), ...sids];
    if (!pageInfo.hasPreviousPage) return sids;
    before = pageInfo.startCursor ?? null;
  }
  throw new Error('the walk does not end');
}
