import { gzipSync } from 'node:zlib';
import { type ServerResponse } from 'node:http';
import { type ScriptedUpstream, type SeenRequest, startScriptedUpstream } from './scripted-upstream.js';

/** Outcome of one POST. */
export type PostFate =
  | 'answered'
  | 'answered in gzip'
  /** Not processed. */
  | 'reset'
  | 'unavailable'
  | 'gateway timeout'
  | 'hang'
  /** Processed at once, but its response is lost. */
  | 'done, reset'
  | 'done, unavailable'
  | 'done, hang'
  | 'done, broken off'
  | 'done, garbage'
  | 'done, undecodable'
  /** Processed late, but within the time allowed for it (docs/writing.md). */
  | 'late, reset'
  | 'late, hang';

/** Behaviour of the upstream. */
export interface Behaviour {
  /** Returns the stored name for a name that was sent. */
  readonly rewrite: (name: string) => string;
  /** Returns the stored text for a text that was sent. */
  readonly rewriteText: (text: string) => string;
  /** Offset of the clock of `date_created` from its `Date` header. */
  readonly clockAheadMs: number;
  /** Whether its search by name is case-sensitive. */
  readonly isSearchExact: boolean;
  readonly fates: readonly PostFate[];
  /** Its list requests in order: true fails. */
  readonly failingLists: readonly boolean[];
}

/** A stored campaign, and the exact POST that created it. */
export interface StoredCampaign {
  readonly sid: string;
  readonly body: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** An upstream that stores campaigns differently from what was sent, and loses responses, as configured. */
export class RewritingUpstream {
  rows: StoredCampaign[] = [];
  readonly #now: () => number;
  #behaviour: Behaviour | undefined;
  #server!: ScriptedUpstream;
  #late: { readonly dueMs: number; readonly body: string }[] = [];
  #made = 0;
  #posts = 0;
  #lists = 0;

  private constructor(now: () => number) {
    this.#now = now;
  }

  static async start(now: () => number): Promise<RewritingUpstream> {
    const upstream = new RewritingUpstream(now);
    upstream.#server = await startScriptedUpstream((request, response) => {
      upstream.#answer(request, response);
    });
    return upstream;
  }

  get baseUrl(): string {
    return this.#server.baseUrl;
  }

  /** Deletes all campaigns, and sets the behaviour from now on. */
  begin(behaviour: Behaviour): void {
    [this.rows, this.#late] = [[], []];
    [this.#posts, this.#lists] = [0, 0];
    this.#behaviour = behaviour;
  }

  /** Ends all faults. */
  heal(): void {
    if (this.#behaviour) this.#behaviour = { ...this.#behaviour, fates: [], failingLists: [] };
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  #answer(request: SeenRequest, response: ServerResponse): undefined {
    const { fates = [], failingLists = [] } = this.#behaviour ?? {};
    for (const { body } of this.#late.filter(({ dueMs }) => dueMs <= this.#now())) this.#make(body);
    this.#late = this.#late.filter(({ dueMs }) => dueMs > this.#now());
    response.setHeader('date', new Date(this.#now()).toUTCString());
    if (request.method === 'POST') {
      this.#take(request.body, fates[this.#posts] ?? 'answered', response);
      this.#posts += 1;
      return undefined;
    }
    const isFailing = failingLists[this.#lists];
    this.#lists += 1;
    if (isFailing) this.#refuse(response, 503);
    else this.#list(new URLSearchParams(request.target.split('?')[1]), response);
    return undefined;
  }

  #take(body: string, fate: PostFate, response: ServerResponse): void {
    const [when, how] = fate.includes(', ') ? fate.split(', ') : ['', fate];
    if (when === 'late') this.#late.push({ dueMs: this.#now() + 4000, body });
    const isDone = when === 'done' || fate.startsWith('answered');
    const answer = isDone ? this.#envelope([this.#make(body)]) : '';
    if (how === 'reset') response.destroy();
    else if (how === 'unavailable') this.#refuse(response, 503);
    else if (how === 'gateway timeout') this.#refuse(response, 504);
    else if (how === 'garbage') response.end('<html>');
    else if (how === 'undecodable') response.setHeader('content-encoding', 'secret').end(answer);
    else if (how === 'answered in gzip') response.setHeader('content-encoding', 'gzip').end(gzipSync(answer));
    else if (how === 'answered') response.end(answer);
    else if (how === 'broken off')
      response.writeHead(200, { 'content-length': answer.length }).write(answer.slice(0, 20), () => {
        response.destroy();
      });
  }

  #make(body: string): StoredCampaign {
    const { rewrite, rewriteText, clockAheadMs } = this.#behaviour as Behaviour;
    const said = JSON.parse(body) as Record<string, unknown> & {
      readonly name: string;
      readonly template: string;
    };
    const createdMs = this.#now() + clockAheadMs;
    const startMs = Math.ceil(createdMs / 60_000 + 10) * 60_000;
    const data = {
      schedule: { start_time: time(startMs), end_time: time(startMs + 30 * 86_400_000) },
      status: 'created',
      date_created: time(createdMs),
      date_updated: time(createdMs),
      ...said,
      name: rewrite(said.name),
      template: rewriteText(said.template),
      sid: `campaign ${(this.#made += 1)}`,
    };
    const row = { sid: data.sid, body, data };
    this.rows.push(row);
    return row;
  }

  #list(query: URLSearchParams, response: ServerResponse): void {
    const fold = (text: string) => (this.#behaviour?.isSearchExact ? text : text.toLowerCase());
    const search = fold(query.get('name') ?? '');
    const startOf = ({ data }: StoredCampaign) =>
      Date.parse((data['schedule'] as { start_time: string }).start_time);
    const found = this.rows
      .filter(({ data }) => fold(String(data['name'])).includes(search))
      .sort((one, other) => startOf(other) - startOf(one) || one.sid.localeCompare(other.sid));
    const [offset, limit] = [Number(query.get('offset')), Number(query.get('limit'))];
    const metadata = { offset, limit, total: found.length };
    response.end(this.#envelope(found.slice(offset, offset + limit), metadata));
  }

  #envelope(rows: readonly StoredCampaign[], metadata?: object): string {
    const response = rows.map(({ data }) => ({ code: 200, status: 'success', data }));
    return JSON.stringify({ http_code: 200, metadata, response });
  }

  #refuse(response: ServerResponse, status: number): void {
    response.writeHead(status).end('<html>');
  }
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
