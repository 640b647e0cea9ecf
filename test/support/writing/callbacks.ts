import { request } from 'undici';
import { CampaignBySidDocument, CreateDocument } from '../../operations/generated.js';
import { type GatewayUnderTest } from '../gateway/gateway-under-test.js';
import { validInput } from './valid-input.js';
import { type LiveTransport, subscribe, type Subscriber } from '../clients/subscribing.js';

/** Variables with which a gateway sets callback addresses; only the test calls them. */
export const callbackSettings = { PUBLIC_URL: 'http://127.0.0.1:4999' };

/** A campaign with callbacks to a gateway. */
export interface CampaignWithCallbacks {
  readonly sid: string;
  /** Callback addresses of the gateway. */
  readonly campaignUrl: string;
  readonly messageUrl: string;
}

/** Creates a campaign through a gateway with the variables of `calledBack`. */
export async function createWithCallbacks(gateway: GatewayUnderTest): Promise<CampaignWithCallbacks> {
  const { createCampaign } = await gateway.data(CreateDocument, { input: validInput });
  const sid = createCampaign.campaign?.sid ?? '';
  const { campaign } = await gateway.data(CampaignBySidDocument, { sid });
  const here = (url: unknown): string => gateway.url + new URL(String(url)).pathname;
  return { sid, campaignUrl: here(campaign?.statusCallback), messageUrl: here(campaign?.smsStatusCallback) };
}

/** A campaign callback of the upstream. */
export function campaignCallback(sid: string, status: string): Record<string, string | null> {
  const date = '2026-05-01T15:30:00+05:30';
  return { campaign_sid: sid, date_created: date, date_updated: date, status, reports: null };
}

/** A message callback of the upstream. */
export function messageCallback(sid: string, message: string, status: string): Record<string, string | null> {
  const date = '2026-05-01T15:30:00+05:30';
  const number = '+919876543210';
  return { campaign_sid: sid, sms_sid: message, date_created: date, date_sent: date, number, status };
}

/** Posts a body as it is, with these headers alone. @returns the status of the answer. */
export async function postBytes(
  url: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const answer = await request(url, { method: 'POST', headers, body });
  await answer.body.dump();
  return answer.statusCode;
}

/** A subscriber of a campaign. */
export interface CampaignSubscriber extends Subscriber<unknown> {
  /** Statuses in its events so far. */
  readonly statuses: () => readonly string[];
}

/** Subscribes to a campaign. */
export async function subscribeToCampaign(
  { url }: GatewayUnderTest,
  transport: LiveTransport,
  sid: string,
): Promise<CampaignSubscriber> {
  const query = 'subscription ($sid: ID!) { campaignUpdated(sid: $sid) { status } }';
  const subscriber = await subscribe<{ campaignUpdated: { status: string } }>(url, transport, query, { sid });
  return {
    ...subscriber,
    statuses: () => subscriber.events.map(({ campaignUpdated }) => campaignUpdated.status),
  };
}

/** A subscriber of a campaign's messages. */
export interface MessageSubscriber extends Subscriber<unknown> {
  /** Its events so far: sid, status and upstream status, separated by spaces. */
  readonly summaries: () => readonly string[];
}

/** Subscribes to a campaign's messages. */
export async function subscribeToMessages(
  { url }: GatewayUnderTest,
  transport: LiveTransport,
  sid: string,
): Promise<MessageSubscriber> {
  const query =
    'subscription ($sid: ID!) { messageStatusChanged(campaignSid: $sid) { messageSid status upstreamStatus } }';
  const subscriber = await subscribe<{ messageStatusChanged: Record<string, string> }>(
    url,
    transport,
    query,
    {
      sid,
    },
  );
  return {
    ...subscriber,
    summaries: () =>
      subscriber.events.map(({ messageStatusChanged }) => Object.values(messageStatusChanged).join(' ')),
  };
}
