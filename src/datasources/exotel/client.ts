import { rejected } from '../../domain/errors.js';
import { type CampaignQuery, type MessageQuery } from '../../domain/lists/list-query.js';
import { type Slice, type Window } from '../../domain/lists/page.js';
import { type Route, routes, type Telemetry } from '../../domain/telemetry.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { checkSid } from '../../domain/campaigns/sid.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { AttemptReader } from './attempt.js';
import { type DriftWatch } from './drift/drift-watch.js';
import { campaignFromWire } from './mapping/campaign.js';
import { messageFromWire } from './mapping/message.js';
import { type Attempt, type CallOptions, type SendPolicy } from './resilience/call-policy.js';
import { readItem, readWindow } from './rows.js';
import { type Transport, type TransportRequest } from './transport.js';
import { type WireEnvelope } from './wire/envelope.js';
import { type Fields } from './wire/fields.js';
import { messageFields } from './wire/message.js';
import {
  actionToWire,
  campaignQueryToWire,
  createToWire,
  draftToWire,
  type LifecycleAction,
  messageQueryToWire,
  type WireBody,
  type WireQuery,
} from './wire/requests.js';

interface ExotelClientOptions {
  readonly transport: Pick<Transport, 'send' | 'server'>;
  readonly policy: SendPolicy;
  readonly accountSid: string;
  /** Clock in epoch milliseconds. */
  readonly now: () => number;
  readonly telemetry?: Pick<Telemetry, 'callStarted'>;
  readonly drift?: DriftWatch;
}

/** Options of a write. */
export type WriteOptions = Pick<CallOptions, 'origin' | 'beforeSent'>;

/** Result of a write. */
export interface Written {
  readonly campaign: Campaign;
  /** The upstream's id of the request, for its support. */
  readonly requestId: string | null;
}

const defaultOptions: CallOptions = { priority: 'read' };

/**
 * What a read expects: the fields of its rows (by default those of a campaign), the sid that was asked for, and whether they
 * are the first of a list.
 */
interface ExpectedRows {
  readonly fields?: Fields;
  readonly sid?: string;
  readonly isFirstPage?: boolean;
}

type WriteRoute = 'create' | 'update' | 'action';

/** Client of the API, with a method for each request. */
export class ExotelClient {
  readonly #options: ExotelClientOptions;
  readonly #root: string;
  readonly #timeAt = timesOfMilliseconds();

  constructor(options: ExotelClientOptions) {
    this.#options = options;
    this.#root = `/v2/accounts/${encodeURIComponent(options.accountSid)}/message-campaigns`;
  }

  /** Reads a campaign. @throws UpstreamFailure `notFound` for an unknown sid. */
  getCampaign(sid: string, call: CallOptions = defaultOptions): Promise<Campaign> {
    return this.#read('get', () => `/${sidSegment(sid)}`, call, { sid }).then(this.#onlyCampaign);
  }

  /** Reads a window of campaigns. */
  listCampaigns(query: CampaignQuery, slice: Slice, call = defaultOptions): Promise<Window<Campaign>> {
    const path = (): string => windowQuery(slice, campaignQueryToWire(query));
    return this.#read('list', path, call, { isFirstPage: slice.offset === 0 }).then((envelope) => {
      const facts = this.#facts();
      return readWindow(envelope, slice, (row) => campaignFromWire(row, facts));
    });
  }

  /** Reads a window of a campaign's messages. @throws UpstreamFailure `notFound` for an unknown sid. */
  listMessages(
    sid: string,
    query: MessageQuery,
    slice: Slice,
    call = defaultOptions,
  ): Promise<Window<Message>> {
    const path = (): string =>
      `/${sidSegment(sid)}/message-details${windowQuery(slice, messageQueryToWire(query))}`;
    const expected = { fields: messageFields, isFirstPage: slice.offset === 0 };
    return this.#read('messages', path, call, expected).then((envelope) =>
      readWindow(envelope, slice, (row) => messageFromWire(row, sid)),
    );
  }

  /** Creates a campaign with one POST. The response has no stats, no cost and no message callback. */
  createCampaign(draft: CampaignDraft, options: WriteOptions = {}): Promise<Written> {
    return this.#write('create', '', createToWire(draft), options);
  }

  /** Changes the given fields of a campaign. */
  async updateCampaign(sid: string, draft: CampaignDraft, options: WriteOptions = {}): Promise<Written> {
    return this.#write('update', `/${sidSegment(sid)}`, draftToWire(draft), options);
  }

  /** Performs a lifecycle action. */
  async actOnCampaign(sid: string, action: LifecycleAction, options: WriteOptions = {}): Promise<Written> {
    return this.#write('action', `/${sidSegment(sid)}`, actionToWire(action), options);
  }

  /** @param path below the root. Where it throws, no call is made. */
  #read(route: Route, path: () => string, call: CallOptions, expected?: ExpectedRows): Promise<WireEnvelope> {
    try {
      return this.#options.policy.retried(call, this.#attempt(route, { path: path() }, call, expected));
    } catch (error) {
      return rejected(error);
    }
  }

  async #write(route: WriteRoute, path: string, body: WireBody, options: WriteOptions): Promise<Written> {
    const call: CallOptions = { ...options, priority: 'write' };
    const attempt = this.#attempt(route, { path, body }, call);
    const envelope = await this.#options.policy.once(call, attempt);
    return { campaign: this.#onlyCampaign(envelope), requestId: envelope.requestId ?? null };
  }

  #attempt(
    route: Route,
    { path, body }: Omit<TransportRequest, 'method'>,
    { priority, origin }: CallOptions,
    { fields, sid, isFirstPage = false }: ExpectedRows = {},
  ): Attempt<WireEnvelope> {
    const { transport, now, telemetry, drift } = this.#options;
    const request: TransportRequest = { method: routes[route].method, path: this.#root + path, body };
    // A background call continues without the request that caused it.
    const trace = priority === 'background' ? undefined : origin?.trace;
    const context = { route, trace, now, drift, fields, sid, isFirstPage };
    let attempt = 0;
    return (report, timeoutMs) => {
      attempt += 1;
      const observed = telemetry?.callStarted({ route, attempt, priority, server: transport.server, trace });
      const traced = observed?.headers ? { ...request, headers: observed.headers } : request;
      return transport.send(traced, new AttemptReader(context, report, observed), timeoutMs, origin);
    };
  }

  readonly #onlyCampaign = ({ items: [item, ...neighbours], requestId }: WireEnvelope): Campaign => {
    const facts = this.#facts();
    const row = readItem(item, (data) => campaignFromWire(data, facts), requestId, neighbours);
    if (row instanceof UpstreamFailure) throw row;
    return row;
  };

  #facts() {
    return { accountSid: this.#options.accountSid, fetchedAt: this.#timeAt(this.#options.now()) };
  }
}

/** Formats times. Responses of one millisecond share the text, which takes as long as the mapping of a row. */
function timesOfMilliseconds(): (ms: number) => string {
  let [latestMs, latest] = [NaN, ''];
  return (ms) => {
    if (ms !== latestMs) [latestMs, latest] = [ms, new Date(ms).toISOString()];
    return latest;
  };
}

/** A sid as one path segment. @throws InputError for a sid that may not be sent. */
function sidSegment(sid: string): string {
  checkSid(sid, 'sid');
  return encodeURIComponent(sid);
}

/** Query string of a window; `channel` is mandatory (API document). */
function windowQuery({ offset, limit }: Slice, parameters: WireQuery): string {
  let query = `?channel=sms&offset=${offset}&limit=${limit}`;
  for (const name in parameters) {
    const value = parameters[name];
    if (value !== undefined) query += `&${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return query;
}
