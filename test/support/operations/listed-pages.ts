import { afterAll, beforeAll } from '@jest/globals';
import { CampaignPageDocument, MessagePageDocument } from '../../operations/generated.js';
import { type GatewayUnderTest, startGatewayOn } from '../gateway/gateway-under-test.js';
import { type ListingUpstream, startListingUpstream } from '../upstream/listing-upstream.js';
import { type WalkedPage, type WalkStep } from './page-walk.js';

/** Reads a page of a list. */
export type ReadPage = (step: WalkStep) => Promise<WalkedPage>;

/** Whether gateways cache what they read. */
export type CacheSetting = 'on' | 'off';
export const cacheSettings: readonly CacheSetting[] = ['on', 'off'];

/** The lists, by the names that titles of tests have. */
const readers = {
  campaigns: (gateway) => async (step) => (await gateway.data(CampaignPageDocument, step)).campaigns,
  'messages by their time': (gateway) => async (step) => {
    const orderBy = { field: 'SCHEDULED_AT', direction: 'DESC' } as const;
    return messagesOf(await gateway.data(MessagePageDocument, { sid: 's', orderBy, ...step }));
  },
  "messages in the upstream's own order": (gateway) => async (step) =>
    messagesOf(await gateway.data(MessagePageDocument, { sid: 's', ...step })),
} satisfies Record<string, (gateway: GatewayUnderTest) => ReadPage>;

export type ListName = keyof typeof readers;
export const listNames = Object.keys(readers) as readonly ListName[];
/** The lists whose order is that of their times. */
export const listsByTime: readonly ListName[] = ['campaigns', 'messages by their time'];
/** Each of some lists with and without a cache. */
export const everywhere = (lists: readonly ListName[]): (readonly [ListName, CacheSetting])[] =>
  cacheSettings.flatMap((cache) => lists.map((list) => [list, cache] as const));

function messagesOf({
  campaign,
}: {
  readonly campaign?: { readonly messages: WalkedPage | null } | null;
}): WalkedPage {
  if (!campaign?.messages) throw new Error('the campaign is gone');
  return campaign.messages;
}

/** Gateways in front of an upstream whose rows the test sets, and the clock of both. */
export interface ListedPages {
  readonly upstream: ListingUpstream;
  readonly now: () => number;
  /** Lets time pass. */
  pass(ms: number): void;
  /** Lets so much time pass that nothing read before is served. */
  forget(): void;
  gateway(cache: CacheSetting): GatewayUnderTest;
  of(list: ListName, cache: CacheSetting): ReadPage;
}

/**
 * Starts an upstream and two gateways for the tests of a file, one of them without a cache.
 * @param overrides of the gateways' runtime.
 */
export function setUpListedPages(overrides?: Parameters<typeof startGatewayOn>[4]): ListedPages {
  let nowMs = Date.parse('2026-05-01T10:00:00Z');
  let upstream: ListingUpstream;
  const gateways = new Map<CacheSetting, GatewayUnderTest>();
  const now = (): number => nowMs;
  beforeAll(async () => {
    upstream = await startListingUpstream();
    for (const cache of cacheSettings) {
      const environment = { CACHE: cache, MAX_UPSTREAM_CALLS: '1000' };
      gateways.set(cache, await startGatewayOn(upstream.baseUrl, environment, now, undefined, overrides));
    }
  });
  afterAll(async () => {
    for (const gateway of gateways.values()) await gateway.close();
    await upstream.close();
  });
  const pass = (ms: number): void => void (nowMs += ms);
  const gateway = (cache: CacheSetting): GatewayUnderTest => {
    const one = gateways.get(cache);
    if (!one) throw new Error('no such gateway');
    return one;
  };
  return {
    get upstream() {
      return upstream;
    },
    now,
    pass,
    forget: () => {
      pass(3_600_001);
    },
    gateway,
    of: (list, cache) => (step) => readers[list](gateway(cache))(step),
  };
}
