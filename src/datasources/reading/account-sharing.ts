import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type SharedReadings } from '../state/shared-readings.js';
import { type Window } from '../exotel/rows.js';
import { type Freshness } from './freshness.js';
import { type ReadingClock } from './reading-clock.js';
import { plainText, windowText } from './reading-text.js';
import { SharedReads } from './shared-reads.js';
import { type Snapshot } from './snapshot.js';
import { campaignSidOf } from './window-keys.js';

/** What sharing an account's readings needs. */
export interface AccountSharingOptions {
  readonly store: SharedReadings;
  readonly clock: ReadingClock;
  readonly freshness: Freshness;
  /** How long to wait for what another gateway is reading. */
  readonly waitMs: number;
}

/** What a write names that may have changed every list. */
const lists = 'lists';
/** What a write names that may have changed a campaign and its messages. */
const scopeOf = (sid: string): string => `campaign:${sid}`;

/** What the gateways of an account tell each other of its campaigns: what was read, and what was written. */
export class AccountSharing {
  readonly snapshots: SharedReads<Snapshot>;
  readonly campaignWindows: SharedReads<Window<Campaign>>;
  readonly messageWindows: SharedReads<Window<Message>>;
  readonly #options: AccountSharingOptions;
  #told: Promise<void> = Promise.resolve();

  constructor(options: AccountSharingOptions) {
    const { freshness } = options;
    this.#options = options;
    this.snapshots = new SharedReads({
      ...options,
      kind: 'campaign',
      scopeOf,
      text: plainText<Snapshot>(),
      ttlMs: ({ campaign }) => (campaign ? freshness.oldestMs : freshness.unknownSidMs),
    });
    this.campaignWindows = new SharedReads({
      ...options,
      kind: 'campaigns',
      scopeOf: () => lists,
      text: windowText<Campaign>(),
      ttlMs: () => freshness.oldestMs,
    });
    this.messageWindows = new SharedReads({
      ...options,
      kind: 'messages',
      scopeOf: (key) => scopeOf(campaignSidOf(key)),
      text: windowText<Message>(),
      ttlMs: () => freshness.oldestMs,
    });
  }

  /** Resolves once whatever was told before this is known to the others, or can't be told. */
  get told(): Promise<void> {
    return this.#told;
  }

  /** Tells that a campaign is not what it was. */
  outdated(sid: string, order: number): void {
    this.#tell([scopeOf(sid)], order);
  }

  /** Tells that every list is to be read anew, and none from before to stand in. */
  listsForgotten(order: number): void {
    this.#tell([lists], order, { isForgotten: true });
  }

  /** Tells of a write, and what it answered. */
  wrote(sid: string, order: number, campaign: Campaign | undefined, readAtMs: number): void {
    this.#tell([scopeOf(sid), lists], order, {
      then: (marked) => {
        if (campaign) this.snapshots.share([[sid, { value: { campaign }, readAtMs, order: marked + 1 }]]);
      },
    });
  }

  #tell(
    scopes: readonly string[],
    order: number,
    { isForgotten = false, then }: { isForgotten?: boolean; then?: (marked: number) => void } = {},
  ): void {
    const { store, clock } = this.#options;
    this.#told = store.outdate(scopes, order, isForgotten).then((marked) => {
      if (marked === undefined) return;
      clock.heard(marked + 1);
      then?.(marked);
    });
  }
}
