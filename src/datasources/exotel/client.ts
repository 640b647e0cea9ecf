import { rejected } from '../../domain/errors.js';
import { type CampaignQuery, type MessageQuery } from '../../domain/list-query.js';
import { type Slice, type Window } from '../../domain/page.js';
import { type CampaignDraft } from '../../domain/rules/draft.js';
import { checkSid } from '../../domain/sid.js';
import { type CallOrigin } from '../../domain/request-trace.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Message } from '../../schema/message.js';
import { AttemptReader } from './attempt.js';
import { type CallObserver, type Route } from './call-observer.js';
import { type DriftWatch } from './drift/drift-watch.js';
import { campaignFromWire } from './mapping/campaign.js';
import {
  actionToWire,
  createToWire,
  draftToWire,
  type LifecycleAction,
  type WireBody,
} from './mapping/draft.js';
import { campaignQueryToWire, messageQueryToWire } from './mapping/enums.js';
import { messageFromWire } from './mapping/message.js';
import { type CallOptions, type SendPolicy, type Attempt } from './resilience/call-policy.js';
import { readItem, readWindow } from './rows.js';
import { type Transport, type TransportRequest } from './transport.js';
import { readCampaign } from './wire/campaign.js';
import { type WireEnvelope } from './wire/envelope.js';
import { readMessage } from './wire/message.js';

/**
 * A sid as one path segment that cannot be escaped from; characters beyond the usual ones are encoded.
 * @param argument names the sid in the error.
 * @throws InputError for what the upstream can't be asked for.
 */
function sidSegment(sid: string, argument: string): string {
  checkSid(sid, argument);
  return encodeURIComponent(sid);
}

/**
 * The query string of one window of a list; `channel` is mandatory, says the document.
 * @param rest what else is asked for; what is undefined is left out.
 */
function windowQuery({ offset, limit }: Slice, rest: Readonly<Record<string, string | undefined>>): string {
  let query = `?channel=sms&offset=${offset}&limit=${limit}`;
  for (const name in rest) {
    const value = rest[name];
    if (value !== undefined) query += `&${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return query;
}

/**
 * Writes moments as UTC text, as `Date.toISOString` does. Every read names its moment, and those of one second differ in
 * their last three digits.
 * @returns takes epoch milliseconds, from 1970 on.
 */
export function utcTexts(): (ms: number) => string {
  let lastSecond: number | undefined;
  let begin = '';
  return (ms) => {
    const second = Math.floor(ms / 1000);
    if (second !== lastSecond) {
      begin = new Date(second * 1000).toISOString().slice(0, 'YYYY-MM-DDThh:mm:ss.'.length);
      lastSecond = second;
    }
    return `${begin}${String(Math.floor(ms) % 1000).padStart(3, '0')}Z`;
  };
}

/** A read that somebody waits for. */
const askedFor: CallOptions = { priority: 'read' };

type WriteRoute = 'create' | 'update' | 'action';

/** How a write is sent. */
export type WriteOptions = Pick<CallOptions, 'origin' | 'beforeSent'>;

/** What a write answered. */
export interface Written {
  readonly campaign: Campaign;
  /** The upstream's own id of the request, for its support. */
  readonly requestId: string | null;
}

/** What the client needs. */
export interface ExotelClientOptions {
  readonly transport: Pick<Transport, 'send'>;
  readonly policy: SendPolicy;
  readonly accountSid: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Told of every request. */
  readonly observer?: CallObserver;
  /** Shown every answer. */
  readonly drift?: DriftWatch;
}

/** The seven things that the API does, less its callbacks: each method is one request. */
export class ExotelClient {
  readonly #options: ExotelClientOptions;
  readonly #root: string;
  readonly #utcText = utcTexts();

  constructor(options: ExotelClientOptions) {
    this.#options = options;
    this.#root = `/v2/accounts/${encodeURIComponent(options.accountSid)}/message-campaigns`;
  }

  /** @throws UpstreamFailure `notFound` for an unknown sid. */
  getCampaign(sid: string, call: CallOptions = askedFor): Promise<Campaign> {
    return this.#read('get', () => `/${sidSegment(sid, 'sid')}`, call).then(this.#oneCampaign);
  }

  /** One window of campaigns. */
  listCampaigns(query: CampaignQuery, slice: Slice, call: CallOptions = askedFor): Promise<Window<Campaign>> {
    return this.#read('list', () => windowQuery(slice, campaignQueryToWire(query)), call).then((answer) => {
      const facts = this.#facts();
      return readWindow(answer, slice, readCampaign, (wire) => campaignFromWire(wire, facts));
    });
  }

  /**
   * One window of a campaign's messages.
   * @throws UpstreamFailure `notFound` for an unknown sid.
   */
  listMessages(
    sid: string,
    query: MessageQuery,
    slice: Slice,
    call: CallOptions = askedFor,
  ): Promise<Window<Message>> {
    const path = (): string =>
      `/${sidSegment(sid, 'sid')}/message-details${windowQuery(slice, messageQueryToWire(query))}`;
    return this.#read('messages', path, call).then((answer) =>
      readWindow(answer, slice, readMessage, (wire) => messageFromWire(wire, sid)),
    );
  }

  /** Sends one POST. The answer has no stats, no cost and no message callback. */
  async createCampaign(draft: CampaignDraft, options: WriteOptions = {}): Promise<Written> {
    const { campaign, requestId } = await this.#written('create', '', createToWire(draft), options);
    const smsStatusCallback = campaign.smsStatusCallback ?? draft.smsStatusCallback ?? null;
    return { campaign: { ...campaign, smsStatusCallback }, requestId };
  }

  /** Changes what the draft says. */
  async updateCampaign(sid: string, draft: CampaignDraft, origin?: CallOrigin): Promise<Written> {
    return this.#written('update', `/${sidSegment(sid, 'sid')}`, draftToWire(draft), { origin });
  }

  /** Asks for a move in the campaign's life. */
  async actOnCampaign(sid: string, action: LifecycleAction, origin?: CallOrigin): Promise<Written> {
    return this.#written('action', `/${sidSegment(sid, 'sid')}`, actionToWire(action), { origin });
  }

  async #written(route: WriteRoute, path: string, body: WireBody, options: WriteOptions): Promise<Written> {
    const answer = await this.#write(route, path, body, options);
    return { campaign: this.#oneCampaign(answer), requestId: answer.request_id ?? null };
  }

  /** @param path below the root; what it throws for is refused before a call is spent. */
  #read(route: Route, path: () => string, call: CallOptions): Promise<WireEnvelope> {
    try {
      const send = this.#try(route, { method: 'GET', path: this.#root + path() }, call);
      return this.#options.policy.retried(call, send);
    } catch (error) {
      return rejected(error);
    }
  }

  #write(route: WriteRoute, path: string, body: WireBody, options: WriteOptions): Promise<WireEnvelope> {
    const method = route === 'create' ? 'POST' : 'PUT';
    const call: CallOptions = { ...options, priority: 'write' };
    const send = this.#try(route, { method, path: `${this.#root}${path}`, body }, call);
    return this.#options.policy.once(call, send);
  }

  /** What one try does; each is shown to who watches. */
  #try(route: Route, request: TransportRequest, { priority, origin }: CallOptions): Attempt<WireEnvelope> {
    const { transport, now, observer, drift } = this.#options;
    // Whoever's request set a poll off: it goes on without them.
    const trace = priority === 'background' ? undefined : origin?.trace;
    const watch = { route, trace, now, drift };
    let attempt = 0;
    return (told, timeoutMs) => {
      const ended = observer?.began({ route, attempt: (attempt += 1), priority, trace });
      return transport.send(request, new AttemptReader(watch, told, ended), timeoutMs);
    };
  }

  readonly #oneCampaign = ({ response: [item], request_id }: WireEnvelope): Campaign => {
    const facts = this.#facts();
    const row = readItem(item, readCampaign, (wire) => campaignFromWire(wire, facts), request_id);
    if (row instanceof UpstreamFailure) throw row;
    return row;
  };

  #facts() {
    return { accountSid: this.#options.accountSid, fetchedAt: this.#utcText(this.#options.now()) };
  }
}
