import DataLoader from 'dataloader';
import { CampaignOrderField } from '../../domain/order.js';
import { campaignPageLimits, messagePageLimits, type PageArguments } from '../../domain/page.js';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { type ExotelClient, type Slice } from '../exotel/client.js';
import { type CampaignQuery, type MessageQuery } from '../exotel/query.js';
import { type Window } from '../exotel/rows.js';
import { type Connection } from './connection.js';
import { ListReader } from './list-reader.js';
import { type ListSource, readable } from './list-source.js';
import { readPage } from './page.js';
import { type PageMaximum } from './page-maximum.js';
import {
  type CampaignListArguments,
  campaignQueryOf,
  type MessageListArguments,
  messageQueryOf,
} from './queries.js';

/** What every request's reader shares. */
export interface ReadingOptions {
  readonly client: ExotelClient;
  readonly maximum: { readonly campaigns: PageMaximum; readonly messages: PageMaximum };
}

interface MessageWindowKey {
  readonly sid: string;
  readonly query: MessageQuery;
  readonly slice: Slice;
}

interface CampaignWindowKey {
  readonly query: CampaignQuery;
  readonly slice: Slice;
}

/** Everything that one request reads: whatever is asked twice within it is read once. */
export class RequestReader {
  readonly #options: ReadingOptions;
  readonly #campaigns: DataLoader<string, Campaign | null>;
  readonly #campaignWindows: DataLoader<CampaignWindowKey, Window<Campaign>, string>;
  readonly #messageWindows: DataLoader<MessageWindowKey, Window<Message>, string>;
  readonly #messagePages = new Map<string, Promise<Connection<Message> | null>>();

  constructor(options: ReadingOptions) {
    this.#options = options;
    const { client } = options;
    this.#campaigns = new DataLoader(eachAlone((sid) => orNull(client.getCampaign(sid))));
    this.#campaignWindows = new DataLoader(
      eachAlone(({ query, slice }: CampaignWindowKey) => client.listCampaigns(query, slice)),
      { cacheKeyFn: JSON.stringify },
    );
    this.#messageWindows = new DataLoader(
      eachAlone(({ sid, query, slice }: MessageWindowKey) => client.listMessages(sid, query, slice)),
      { cacheKeyFn: JSON.stringify },
    );
  }

  /** A campaign, or null for a sid that the upstream does not have. */
  async campaign(sid: string): Promise<Campaign | null> {
    return this.#campaigns.load(sid);
  }

  /** Takes a campaign as it is after a write; what was read before it is forgotten. */
  wrote(campaign: Campaign): void {
    this.forget(campaign.sid);
    this.#campaigns.prime(campaign.sid, campaign);
  }

  /** Forgets what was read of a campaign: the next read of it asks the upstream. */
  forget(sid: string): void {
    this.#campaignWindows.clearAll();
    this.#messageWindows.clearAll();
    this.#messagePages.clear();
    this.#campaigns.clear(sid);
  }

  /** A page of campaigns; each is then at hand for whoever asks for it by its sid. */
  async campaigns(list: CampaignListArguments, page: PageArguments): Promise<Connection<Campaign>> {
    const query = campaignQueryOf(list);
    const source: ListSource<Campaign> = {
      key: `campaigns ${JSON.stringify(query)}`,
      direction: query.order.direction,
      sortKeyOf: query.order.field === CampaignOrderField.NAME ? ({ name }) => name : startOf,
    };
    const fetch = async (slice: Slice): Promise<Window<Campaign>> => {
      const window = await this.#campaignWindows.load({ query, slice });
      for (const row of window.rows.map(readable)) if (row) this.#campaigns.prime(row.sid, row);
      return window;
    };
    return readPage(new ListReader(fetch, this.#options.maximum.campaigns), source, page, campaignPageLimits);
  }

  /** A page of a campaign's messages, or null for a sid that the upstream does not have. */
  async messages(
    sid: string,
    list: MessageListArguments,
    page: PageArguments,
  ): Promise<Connection<Message> | null> {
    const key = JSON.stringify([
      sid,
      list.filter,
      list.orderBy,
      page.first,
      page.after,
      page.last,
      page.before,
    ]);
    const reading = this.#messagePages.get(key) ?? this.#readMessages(sid, list, page);
    this.#messagePages.set(key, reading);
    return reading;
  }

  async #readMessages(sid: string, list: MessageListArguments, page: PageArguments) {
    const query = messageQueryOf(list);
    const source: ListSource<Message> = {
      key: `messages ${sid} ${JSON.stringify(query)}`,
      direction: query.direction,
      sortKeyOf: ({ scheduledAt }) => (query.direction === null ? null : scheduledAt),
    };
    const fetch = (slice: Slice): Promise<Window<Message>> =>
      this.#messageWindows.load({ sid, query, slice });
    const reader = new ListReader(fetch, this.#options.maximum.messages);
    return orNull(readPage(reader, source, page, messagePageLimits));
  }
}

function startOf({ schedule }: Campaign): string | null {
  return schedule.startTime;
}

/** Loads the keys of a batch side by side; one that fails leaves the others as they are. */
function eachAlone<Key, Value>(load: (key: Key) => Promise<Value>) {
  return async (keys: readonly Key[]): Promise<(Value | Error)[]> => {
    const results = await Promise.allSettled(keys.map(load));
    return results.map((result) => (result.status === 'fulfilled' ? result.value : asError(result.reason)));
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('A read failed.', { cause: reason });
}

async function orNull<T>(reading: Promise<T>): Promise<T | null> {
  try {
    return await reading;
  } catch (error) {
    if (failedBecause(error, 'notFound')) return null;
    throw error;
  }
}
