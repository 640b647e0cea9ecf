import DataLoader from 'dataloader';
import { type Campaign } from '../../schema/campaign.js';
import { type Window } from '../exotel/rows.js';
import { readable } from './list-source.js';

/** The campaigns of one request: each is the same wherever it is asked for, and read once. */
export class RequestCampaigns {
  readonly #load: DataLoader.BatchLoadFn<string, Campaign | null>;
  readonly #known = new Map<string, Promise<Campaign | null>>();
  readonly #windows: Window<Campaign>[] = [];
  #loader: DataLoader<string, Campaign | null> | undefined;

  /** @param load reads those that are asked for at once. */
  constructor(load: DataLoader.BatchLoadFn<string, Campaign | null>) {
    this.#load = load;
  }

  /** A campaign, or null for a sid that the upstream does not have. */
  load(sid: string): Promise<Campaign | null> {
    return this.loadBy(sid, this.#read);
  }

  /** The same, in a way of its own where it must be read. */
  loadBy(sid: string, read: (sid: string) => Promise<Campaign | null>): Promise<Campaign | null> {
    const known = this.#known.get(sid);
    if (known) return known;
    const row = this.#row(sid);
    const campaign = row ? Promise.resolve(row) : read(sid);
    this.#known.set(sid, campaign);
    return campaign;
  }

  /** Takes a window: whoever asks for one of its rows by the sid need not read it. */
  listed(window: Window<Campaign>): void {
    this.#windows.push(window);
  }

  /** Takes a campaign as it is now. */
  take(sid: string, campaign: Campaign | null): void {
    this.#known.set(sid, Promise.resolve(campaign));
  }

  /** Forgets a campaign, and all lists: it is read anew. */
  forget(sid: string): void {
    this.#windows.length = 0;
    this.#known.delete(sid);
  }

  /** Few are asked for by their sids once there is a list: it is cheaper to look then than to note every row. */
  #row(sid: string): Campaign | undefined {
    for (const { rows } of this.#windows)
      for (const row of rows) if (readable(row)?.sid === sid) return readable(row);
    return undefined;
  }

  readonly #read = (sid: string): Promise<Campaign | null> => {
    this.#loader ??= new DataLoader(this.#load, { cache: false });
    return this.#loader.load(sid);
  };
}
