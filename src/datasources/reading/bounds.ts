/** Bounds on what is kept; together about 100 MB, of which a busy account fills a fraction. */
export const bounds = {
  snapshots: { maximumEntries: 20_000, maximumBytes: 40_000_000 },
  campaignWindows: { maximumEntries: 500, maximumBytes: 20_000_000 },
  messageWindows: { maximumEntries: 2_000, maximumBytes: 40_000_000 },
} as const;
