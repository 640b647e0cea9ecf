import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import {
  CampaignPageDocument,
  type CampaignPageQuery,
  CampaignWithMessagesDocument,
  CreateDocument,
  type CreateMutation,
} from '../../operations/generated.js';
import { ask } from '../clients/ask.js';
import { diwali } from '../writing/creating.js';
import { type ClientAnswer } from '../gateway/gateway-under-test.js';
import { subscribe, type LiveTransport } from '../clients/subscribing.js';

/** Combined results of all clients of a soak test. */
export class SoakReport {
  answers = 0;
  events = 0;
  /** Number of errors by code. */
  readonly codes = new Map<string, number>();
  /** Requests without a response, and their errors. */
  readonly lost: string[] = [];
  /** Sids returned for each create, by campaign name; a retry may add another. */
  readonly created = new Map<string, Set<string>>();
}

/** The gateways of the clients, and the end of the test. */
export interface Soak {
  readonly url: string;
  /** Sids of campaigns that exist from the start. */
  readonly sids: readonly string[];
  /** Returns a random number from 0 to 1. */
  readonly random: () => number;
  readonly isOver: () => boolean;
  readonly report: SoakReport;
}

/** An operation may take 20 s and be retried by the gateway; anything longer hangs. */
const mostMs = 45_000;

/** A client that sends one operation after the other until the end of the test. */
export async function runClient(soak: Soak, index: number): Promise<void> {
  for (let turn = 0; !soak.isOver(); turn += 1) {
    const drawn = soak.random();
    if (drawn < 0.05) await create(soak, `soak ${index}.${turn}`);
    else if (drawn < 0.1) await listenAWhile(soak, drawn < 0.075 ? 'ws' : 'sse');
    else if (drawn < 0.4) await walkPages(soak);
    else await send(soak, print(CampaignWithMessagesDocument), { sid: anyOf(soak), first: 10 });
  }
}

function anyOf({ sids, random }: Soak): string {
  return sids[Math.floor(random() * sids.length)] ?? '';
}

/** Sends one request, and records its result. */
async function send<Data>(
  { url, report }: Soak,
  query: string,
  variables: Record<string, unknown>,
): Promise<ClientAnswer<Data>> {
  const tooLate = new AbortController();
  const late = sleep(mostMs, undefined, { signal: tooLate.signal }).then(() => {
    throw new Error('no answer');
  });
  try {
    const answer = await Promise.race([ask<Data>({ url }, query, { variables }), late]);
    report.answers += 1;
    for (const { extensions } of answer.errors ?? []) {
      const code = (extensions as { readonly code?: string } | undefined)?.code ?? 'none';
      report.codes.set(code, (report.codes.get(code) ?? 0) + 1);
    }
    return answer;
  } catch (error) {
    report.lost.push(String(error));
    return {};
  } finally {
    tooLate.abort();
    late.catch(() => undefined);
  }
}

/** Reads three pages with cursors. */
async function walkPages(soak: Soak): Promise<void> {
  const variables: Record<string, unknown> = { first: 20 };
  for (let page = 0; page < 3; page += 1) {
    const { data } = await send<CampaignPageQuery>(soak, print(CampaignPageDocument), variables);
    if (!data?.campaigns.pageInfo.hasNextPage) return;
    variables['after'] = data.campaigns.pageInfo.endCursor;
  }
}

/** Creates a campaign with a key, and retries with the same key after an unknown outcome, or at random. */
async function create(soak: Soak, name: string): Promise<void> {
  const sids = new Set<string>();
  soak.report.created.set(name, sids);
  const input = { ...diwali, name, idempotencyKey: name };
  const leastTimes = soak.random() < 0.3 ? 2 : 1;
  for (let time = 1; time <= leastTimes || (sids.size === 0 && time <= 5); time += 1) {
    const { data } = await send<CreateMutation>(soak, print(CreateDocument), { input });
    const sid = data?.createCampaign.campaign?.sid;
    if (sid !== undefined) sids.add(sid);
  }
}

/** Subscribes to a running campaign, reads it from time to time, and unsubscribes. */
async function listenAWhile(soak: Soak, transport: LiveTransport): Promise<void> {
  const query = 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { sid status stats { total } } }';
  const sid =
    [...soak.report.created.values()]
      .findLast(({ size }) => size > 0)
      ?.values()
      .next().value ?? anyOf(soak);
  const subscriber = await subscribe(soak.url, transport, query, { sid });
  for (let look = 0; look < 4; look += 1) {
    await sleep(soak.random() * 600);
    await send(soak, 'query ($sid: ID!) { campaign(sid: $sid) { status stats { total } } }', { sid });
  }
  await subscriber.close();
  soak.report.events += subscriber.events.length;
}
