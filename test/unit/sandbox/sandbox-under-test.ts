import { Agent, request } from 'undici';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';

/** 2024-03-01T10:00:30 in India. */
export const NOON = Date.parse('2024-03-01T10:00:30+05:30');

/** A campaign on the wire, with the fields that most tests need. */
export interface WireCampaign {
  [key: string]: unknown;
  sid: string;
  name: string;
  status: string;
  state?: string;
  report_url: string | null;
  schedule: { start_time: string; end_time?: string; expiry_time?: string };
  date_created: string;
  date_updated: string;
  stats: Record<string, number>;
}

/** A message on the wire. */
export interface WireMessage {
  [key: string]: unknown;
  sid: string;
  number: string;
  status: string;
  schedule_time: string;
}

/** An item of the envelope. */
export interface Item<Data> {
  code: number;
  status: string;
  error_data?: { code: number; message: string; description: string } | null;
  data: Data;
}

/** The envelope with one item or several. */
export interface Envelope<Response> {
  request_id: string;
  method: string;
  http_code: number;
  metadata?: { count: number; offset: number; total: number; limit: number };
  response: Response;
}

/** A response: its status, headers and parsed JSON. */
export interface Heard<Response> {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Envelope<Response>;
}

/** Contents of a request; `body` is sent as JSON unless it is a text. */
export interface Asking {
  body?: unknown;
  headers?: Record<string, string>;
  account?: string;
}

/** A sandbox for one test, with a settable clock and an HTTP client. */
export class SandboxUnderTest {
  now = NOON;
  sandbox!: Sandbox;
  readonly #agent = new Agent();

  static async start(options: Partial<SandboxOptions> = {}): Promise<SandboxUnderTest> {
    const test = new SandboxUnderTest();
    const account = { accountSid: 'exotel', apiKey: 'key', apiToken: 'token' };
    test.sandbox = await startSandbox({ ...account, seed: 'empty', clock: () => test.now, ...options });
    return test;
  }

  async ask<Response>(method: string, path: string, asking: Asking = {}): Promise<Heard<Response>> {
    const { account = 'exotel', body } = asking;
    const answer = await request(`${this.sandbox.baseUrl}/v2/accounts/${account}/message-campaigns${path}`, {
      method: method as 'GET',
      dispatcher: this.#agent,
      headers: {
        authorization: `Basic ${Buffer.from('key:token').toString('base64')}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...asking.headers,
      },
      body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
    });
    const parsed = (await answer.body.json()) as Envelope<Response>;
    return { status: answer.statusCode, headers: answer.headers, body: parsed };
  }

  async create(changes: Record<string, unknown> = {}): Promise<WireCampaign> {
    const received = await this.ask<Item<WireCampaign>[]>('POST', '', { body: aCampaign(changes) });
    const item = received.body.response[0];
    if (item === undefined) throw new Error('create answered no item');
    return item.data;
  }

  async get(sid: string): Promise<WireCampaign> {
    return (await this.ask<Item<WireCampaign>>('GET', `/${sid}`)).body.response.data;
  }

  async act(sid: string, action: string): Promise<Heard<Item<WireCampaign>>> {
    return await this.ask<Item<WireCampaign>>('PUT', `/${sid}`, { body: { action } });
  }

  async list(query = ''): Promise<Heard<Item<WireCampaign>[]>> {
    return await this.ask<Item<WireCampaign>[]>('GET', `?channel=sms${query}`);
  }

  async messages(sid: string, query = ''): Promise<Heard<Item<WireMessage>[]>> {
    return await this.ask<Item<WireMessage>[]>('GET', `/${sid}/message-details?channel=sms${query}`);
  }

  async stop(): Promise<void> {
    await this.#agent.destroy();
    await this.sandbox.close();
  }
}

/** The create sample of the API document, flat, without its schedule. */
export function aCampaign(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'CampaignABC',
    content_type: 'static',
    lists: ['9120d5962d214316b7721de55bb82e03'],
    dlt_template_id: '1107160086562376233',
    dlt_entity_id: '1101428740000012125',
    sender_id: 'EXOTEL',
    channel: 'SMS',
    sms_type: 'transactional',
    template: 'Prepaid rental charges have been deducted from your Exotel account.',
    status_callback: 'https://webhook.site/9402df04-f971-4a07-9992-27dc042b1c72',
    ...changes,
  };
}

/** The data of a list's items. */
export function dataOf<Data>(received: Heard<Item<Data>[]>): Data[] {
  return received.body.response.map((item) => item.data);
}
