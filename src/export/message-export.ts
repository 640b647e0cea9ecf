import { type AccountReader } from '../datasources/campaigns/account-reader.js';
import { messageList } from '../datasources/campaigns/lists.js';
import { type ExotelClient } from '../datasources/exotel/client.js';
import { NotSent, RateLimited } from '../datasources/exotel/resilience/call-refusals.js';
import { decodeCursor, fingerprintOf } from '../datasources/paging/cursors/cursor.js';
import { type PageMaximum } from '../datasources/paging/page-maximum.js';
import { attempt, GatewayError } from '../domain/errors.js';
import { type MessageQuery, messageQueryOf } from '../domain/lists/list-query.js';
import { checkCursorLengths, readable, type Slice, type Window } from '../domain/lists/page.js';
import { type CallOrigin, HeldMemory } from '../domain/requests/request-trace.js';
import { checkSid } from '../domain/campaigns/sid.js';
import { untilAborted } from '../domain/timeout.js';
import { passingFailures, UpstreamFailure } from '../domain/upstream-failure.js';
import { type Message } from '../schema/message.js';
import { type ExportEnd } from './export-row.js';
import { Sweep, type SweptRows } from './sweep.js';

/** A checked request for an export. */
export interface ExportRequest {
  readonly sid: string;
  /** Statuses of the wanted messages; empty: all. */
  readonly statuses: ReadonlySet<string>;
  readonly number: string | null;
  /** Cursor of the last row that the client has; null: from the beginning. */
  readonly after: string | null;
}

/** What all exports share. */
export interface ExportSource {
  readonly account: AccountReader;
  readonly client: ExotelClient;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Waits before a failed read is repeated. */
  readonly sleep: (ms: number) => Promise<unknown>;
}

/** Wanted messages of a window; `cursor` is that of the last row that the export has read, wanted or not. */
export type ExportedRows = SweptRows<Message>;

/** How long an export waits for an upstream that fails. */
const maximumOutageMs = 10 * 60_000;
const [firstPauseMs, longestPauseMs] = [1000, 30_000];
/** Age of an entry whose refresh has the same priority: an export takes turns with the refreshes of dashboards. */
const headStartMs = 15_000;
/** Pause after the rate limiter had no place for a minute. */
const busyPauseMs = 5000;
/** Pause before a list or its end is read again: an upstream in trouble may repeat a wrong answer. */
const doubtPauseMs = 5000;

/**
 * One export: all messages of a campaign, window by window. The first window is read like a page that a caller waits for,
 * all others in the background's share of the rate limit. Nothing goes through the caches.
 */
export class MessageExport {
  /** Upstream calls so far, retries included. */
  readonly origin: CallOrigin = {
    calls: 0,
    isExport: true,
    memory: {
      hold: (release) => {
        this.#memory.hold(release);
      },
    },
  };
  /** Rows handed out so far. */
  rows = 0;
  #unreadable = 0;
  readonly #source: ExportSource;
  readonly #request: ExportRequest;
  readonly #sweep: Sweep<Message>;
  readonly #stopped = new AbortController();
  readonly #mayRead: () => boolean;
  /** Memory of the last window, held until the next one is read or the response ends. */
  #memory = new HeldMemory();
  #priority: 'read' | 'background' = 'read';
  #cursor: string | null;

  /**
   * @param mayRead whether the caller's credentials are still valid: several exports may end together, and none may read for another's place.
   * @throws InputError for an invalid sid, number or cursor, before any upstream call.
   */
  constructor(source: ExportSource, request: ExportRequest, mayRead: () => boolean) {
    const { sid, number, after } = request;
    checkSid(sid, 'sid');
    const query = messageQueryOf({ filter: { number } }, 'number');
    const list = messageList(source.account, sid, query);
    checkCursorLengths({ after });
    this.#source = source;
    this.#request = request;
    this.#mayRead = mayRead;
    this.#cursor = after;
    this.#sweep = new Sweep<Message>({
      source: list,
      maximum: list.maximum,
      after: after === null ? undefined : decodeCursor(after, fingerprintOf(list.identity), 'after'),
      read: async (slice) => ({
        value: await this.#readPage(slice, list.maximum, query),
        readAtMs: source.now(),
      }),
    });
  }

  /** Reads a page as large as the upstream gives. */
  async #readPage(slice: Slice, maximum: PageMaximum, query: MessageQuery): Promise<Window<Message>> {
    this.#memory.release();
    if (!this.#stopped.signal.aborted) this.#memory = new HeldMemory();
    const read = (page: Slice, isOnlyAttempt = false): Promise<Window<Message>> =>
      this.#source.client.listMessages(this.sid, query, page, {
        priority: this.#priority,
        staleMs: headStartMs,
        origin: this.origin,
        isOnlyAttempt,
        beforeSent: () => {
          if (this.#stopped.signal.aborted || !this.#mayRead()) throw new NotSent();
        },
      });
    const isLarger = slice.limit > maximum.rows;
    const larger = isLarger ? await maximum.readLarger(slice, read) : undefined;
    return larger ?? read({ ...slice, limit: Math.min(slice.limit, maximum.rows) });
  }

  get sid(): string {
    return this.#request.sid;
  }

  /** Ends the export early: `next` resolves to an incomplete end. @param reason code of the end. */
  stop(reason: string): void {
    this.#stopped.abort(reason);
  }

  /** The reason that the export was ended for; undefined while it continues. */
  get stopReason(): unknown {
    return this.#stopped.signal.reason as unknown;
  }

  /** The response is over: nothing more is read, and nothing of it is held. */
  leave(): void {
    this.stop('left');
    this.#memory.release();
  }

  /** Waits, but no longer than until the export is stopped. @returns undefined if it was. */
  unlessStopped<T>(result: Promise<T>): Promise<T | undefined> {
    return untilAborted(this.#stopped.signal, result);
  }

  /**
   * Reads the first rows.
   * @param isSmall no more than a window of the cache has: an export that waits for its turn holds them meanwhile.
   * @returns undefined if the export was stopped.
   * @throws UpstreamFailure if they can't be read.
   */
  async first(isSmall: boolean): Promise<ExportedRows | undefined> {
    const swept = await this.unlessStopped(this.#sweep.next(isSmall));
    return swept && this.#mayRead() ? this.#wanted(swept) : undefined;
  }

  /** The next rows; waits until an upstream that fails answers again. @returns the end if there are no more. */
  async next({ end, total }: Pick<ExportedRows, 'end' | 'total'>): Promise<ExportedRows | ExportEnd> {
    this.#priority = 'background';
    if (end >= total) {
      const goesOn = attempt(() => this.#sweep.goesOnAtEnd());
      // The list has changed its order in every reading: it is read from its beginning, if at all.
      if (goesOn instanceof GatewayError) return { ...this.incomplete(goesOn.code), cursor: null };
      if (!goesOn) return this.#end();
      await this.#pause(doubtPauseMs);
    }
    let failingSinceMs: number | undefined;
    for (let failures = 0; ; failures += 1) {
      const result = await this.#tryNext();
      const { signal } = this.#stopped;
      if (!result || signal.aborted) return this.incomplete(String(signal.reason));
      if (!(result instanceof UpstreamFailure)) return result;
      // Others use the rate limit, which is not a failure: the export keeps waiting.
      const isBusy = result instanceof RateLimited;
      const nowMs = this.#source.now();
      if (!isBusy) failingSinceMs ??= nowMs;
      const outageMs = nowMs - (failingSinceMs ?? nowMs);
      const mayPass = passingFailures.has(result.reason) || result.reason === 'noRoom';
      if (!mayPass || outageMs >= maximumOutageMs) return this.incomplete(codeOf(result));
      await this.#pause(isBusy ? busyPauseMs : Math.min(longestPauseMs, firstPauseMs * 2 ** failures));
    }
  }

  /** The end of an export that is not whole. */
  incomplete(reason: string): Extract<ExportEnd, { complete: false }> {
    return { complete: false, reason, cursor: this.#cursor };
  }

  #end(): ExportEnd {
    const unreadable = this.#unreadable;
    return { complete: true, rows: this.rows, ...(unreadable > 0 && { unreadable }) };
  }

  /** @returns undefined if the export was stopped. */
  async #tryNext(): Promise<ExportedRows | UpstreamFailure | undefined> {
    try {
      const swept = await this.unlessStopped(this.#sweep.next());
      return swept && this.#wanted(swept);
    } catch (error) {
      if (error instanceof UpstreamFailure) return error;
      throw error;
    }
  }

  /** Leaves out messages with another status. A row that can't be read has none, and is kept. */
  #wanted(swept: SweptRows<Message>): ExportedRows {
    const { rows, cursor } = swept;
    const { statuses } = this.#request;
    const wanted =
      statuses.size === 0
        ? rows
        : rows.filter(({ row }) => {
            const message = readable(row);
            return !message || statuses.has(message.status);
          });
    this.#cursor = cursor ?? this.#cursor;
    this.rows += wanted.length;
    this.#unreadable += wanted.filter(({ row }) => row instanceof Error).length;
    return { ...swept, rows: wanted, cursor: this.#cursor };
  }

  async #pause(ms: number): Promise<void> {
    await this.unlessStopped(this.#source.sleep(ms));
  }
}

/** The code of an error that ended an export; an unknown campaign has one of its own. */
export function codeOf(error: unknown): string {
  if (error instanceof UpstreamFailure && error.reason === 'notFound') return 'NOT_FOUND';
  return error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
}
