import { print } from 'graphql';
import { type ClientAnswer } from '../gateway/gateway-under-test.js';
import { type PageApplication } from './page-blocks.js';

/** What a test leaves at its end, however it ends: the page's clients would connect forever. */
export const left: (() => void)[] = [];

export interface Row {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly stats: { readonly sent: number; readonly progress: number };
}
interface Message {
  readonly id: string;
  readonly status: string;
}
export interface Connection {
  readonly totalCount: number;
  readonly edges: readonly { readonly node: Row | null }[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}
export interface Payload {
  readonly campaign: Row | null;
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}
export interface Actions {
  readonly createCampaign: (input: object) => Promise<Payload>;
  readonly pauseCampaign: (sid: string) => Promise<Payload>;
  readonly resumeCampaign: (sid: string) => Promise<Payload>;
}
export interface Campaign extends Row {
  readonly messages: {
    readonly totalCount: number;
    readonly pageInfo: { readonly endCursor: string | null };
    readonly edges: readonly { readonly node: Message | null }[];
  } | null;
}

/** What a page shows: the newest list and the newest campaign. */
export interface Shown {
  readonly list: () => Connection | undefined;
  readonly more: () => Promise<unknown>;
  readonly campaign: () => Campaign | null | undefined;
}

/** Shows a list and a campaign by the page's modules. */
export async function showApollo(application: PageApplication, sid: string): Promise<Shown & Actions> {
  interface Query<Data> {
    readonly subscribe: (observer: object) => { unsubscribe(): void };
    readonly getCurrentResult: () => { data?: Data };
    readonly fetchMore: (options: object) => Promise<unknown>;
  }
  const page = await application.load<
    Actions & {
      campaigns: Query<{ campaigns: Connection }>;
      readonly watchCampaign: (sid: string) => {
        readonly query: Query<{ campaign: Campaign | null }>;
        readonly leave: () => void;
      };
    }
  >('apollo-page');
  const list = page.campaigns.subscribe({});
  const { query, leave } = page.watchCampaign(sid);
  const shown = query.subscribe({});
  left.push(
    leave,
    () => {
      list.unsubscribe();
    },
    () => {
      shown.unsubscribe();
    },
  );
  return {
    ...page,
    list: () => page.campaigns.getCurrentResult().data?.campaigns,
    more: () =>
      page.campaigns.fetchMore({
        variables: { after: page.campaigns.getCurrentResult().data?.campaigns.pageInfo.endCursor },
      }),
    campaign: () => query.getCurrentResult().data?.campaign,
  };
}

/** Shows a list and a campaign by the page's modules. */
export async function showUrql(
  application: PageApplication,
  sid: string,
): Promise<Shown & Actions & { readonly moreMessages: () => Promise<unknown> }> {
  interface Source<Data> {
    readonly subscribe: (next: (result: { data?: Data }) => void) => { unsubscribe(): void };
  }
  const page = await application.load<
    Actions & {
      readonly campaigns: Source<{ campaigns: Connection }>;
      readonly moreCampaigns: (after: string) => Promise<unknown>;
      readonly moreMessages: (sid: string, after: string) => Promise<unknown>;
      readonly watchCampaign: (sid: string) => {
        readonly query: Source<{ campaign: Campaign | null }>;
        readonly leave: () => void;
      };
    }
  >('urql-page');
  let list: Connection | undefined;
  let campaign: Campaign | null | undefined;
  const shownList = page.campaigns.subscribe(({ data }) => (list = data?.campaigns));
  const { query, leave } = page.watchCampaign(sid);
  const shown = query.subscribe(({ data }) => (campaign = data?.campaign));
  left.push(leave, () => {
    shown.unsubscribe();
    shownList.unsubscribe();
  });
  return {
    ...page,
    list: () => list,
    more: () => page.moreCampaigns(list?.pageInfo.endCursor ?? ''),
    moreMessages: () => page.moreMessages(sid, campaign?.messages?.pageInfo.endCursor ?? ''),
    campaign: () => campaign,
  };
}

export interface LiveModule {
  readonly onReconnect: Set<() => void>;
  readonly subscribe: (request: object, sink: object) => () => void;
}
export interface FetchModule {
  readonly send: (document: unknown, variables: object) => Promise<ClientAnswer<{ campaigns: Connection }>>;
}
export type Operations = Readonly<
  Record<`${'CampaignUpdated' | 'Campaigns' | 'CreateCampaign' | 'ValidateCampaign'}Document`, never>
>;

export interface ErrorsModule {
  readonly errorsOf: (failure: unknown) => readonly { readonly extensions: { readonly code: string } }[];
  readonly remedyOf: (error: object) => string;
  readonly jsonOf: (response: Response) => Promise<unknown>;
  readonly retryAfterOf: (failure: unknown) => number | undefined;
}

/** Subscribes to a campaign, as the page says for plain fetch. */
export async function watch(application: PageApplication, sid: string) {
  const { subscribe, onReconnect } = await application.load<LiveModule>('live');
  const { CampaignUpdatedDocument } = await application.load<Operations>('operations');
  const results: ClientAnswer<{ campaignUpdated: Row }>[] = [];
  let isComplete = false;
  let reconnected = 0;
  onReconnect.add(() => (reconnected += 1));
  const leave = subscribe(
    { query: print(CampaignUpdatedDocument), variables: { sid } },
    {
      next: (result: (typeof results)[number]) => results.push(result),
      error: (error: unknown) => {
        throw error;
      },
      complete: () => (isComplete = true),
    },
  );
  left.push(leave);
  return { results, isComplete: () => isComplete, reconnected: () => reconnected };
}

/** Clients whose pages list, watch and write. */
export const clients = [
  { client: 'Apollo Client', show: showApollo },
  { client: 'urql', show: showUrql },
];

/** The errors of a response. */
export const failed = (code: string, retryAfter?: number) => ({
  errors: [{ message: 'failed', extensions: { code, ...(retryAfter && { retryAfter }) } }],
});

/** The same as it is thrown. */
export const refusal = (code: string, retryAfter?: number) =>
  Object.assign(new Error(code), failed(code, retryAfter));
