/** Bounds on the memory of what was read, in bytes. */
export interface ReadingBytes {
  readonly campaigns: number;
  readonly campaignWindows: number;
  readonly messageWindows: number;
}

/** Bounds on the number of entries: an `LRUCache` takes memory for all of them when it is made. */
export const maximumEntries = { campaigns: 20_000, campaignWindows: 500, messageWindows: 2_000 } as const;
