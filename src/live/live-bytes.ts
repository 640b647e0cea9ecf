/** Bounds on the memory of what is live, in bytes. */
export interface LiveBytes {
  /** Statuses that messages were called back with before: one that comes again is no news. */
  readonly callbacks: number;
  /** Events that wait for subscribers that do not keep up, for all of them together. */
  readonly waitingEvents: number;
  /** Campaigns as all gateways of the account know them. */
  readonly peerCampaigns: number;
}
