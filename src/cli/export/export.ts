import { setTimeout as sleepFor } from 'node:timers/promises';
import { csvHeader, csvLine } from '../../export/export-row.js';
import { type ReceivedLine, receivedLines, RefusedExport } from './export-connection.js';
import { ExportFile, ExportFileError } from './export-file.js';
import { ProgressBar, type ProgressOutput } from './export-progress.js';
import { WrittenSids } from './written-sids.js';

/** Exit codes of the command. */
const [whole, failed, notWhole] = [0, 1, 3];

/** Options of the command. */
export interface ExportOptions {
  readonly sid: string;
  readonly status: string | undefined;
  readonly number: string | undefined;
  /** Undefined: standard output. */
  readonly out: string | undefined;
  readonly isForced: boolean;
  readonly format: 'csv' | 'ndjson';
  /** Address of the gateway. */
  readonly url: URL;
  readonly apiKey: string | undefined;
}

/** What the command works with; tests pass their own. */
interface ExportRuntime {
  /** Writes to standard output. */
  readonly write: (text: string) => Promise<void>;
  readonly progress: ProgressOutput;
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** Where rows go: a file, or standard output. */
interface Target {
  readonly state: { readonly cursor: string | null; readonly bytes: number; readonly rows: number };
  /** What is written: the file to be; undefined for standard output. */
  readonly part?: string;
  /** The file that says where to resume; undefined for standard output. */
  readonly checkpoint?: string;
  append(text: string, rows: number, cursor: string | null): Promise<void>;
  complete(): Promise<void>;
  close(): Promise<void>;
}

/** The same as the gateway waits for its upstream. */
const maximumOutageMs = 10 * 60_000;
const [firstPauseMs, longestPauseMs] = [1000, 30_000];
/** Interval and size of writes. What is received but not written when the command is killed is read again. */
const [flushMs, maximumPending] = [1000, 1024 * 1024];
/** Ends of a response after which a new one is of use: the gateway stops, or its upstream fails. */
const passingEnds: ReadonlySet<string> = new Set([
  'SHUTTING_DOWN',
  'INTERNAL_SERVER_ERROR',
  'UPSTREAM_UNAVAILABLE',
  'UPSTREAM_TIMEOUT',
  'UPSTREAM_RATE_LIMITED',
  'UPSTREAM_INVALID_RESPONSE',
]);

/** Exports all messages of a campaign, over broken connections and restarts of the gateway. @returns the exit code. */
export async function exportMessages(options: ExportOptions, runtime: ExportRuntime): Promise<number> {
  const bar = new ProgressBar(runtime.progress, runtime.now);
  let target: Target | undefined;
  try {
    target = await openTarget(options, runtime);
    if (!target) {
      bar.say(`${options.out ?? ''} is complete.`);
      return whole;
    }
    const written = new WrittenSids(options.format);
    if (target.part !== undefined) await written.addFile(target.part, target.state.bytes);
    return await new RunningExport(options, runtime, { target, written }, bar).run();
  } catch (error) {
    if (!(error instanceof ExportFileError)) throw error;
    bar.say(`campaign-gateway export: ${error.message}`);
    return failed;
  } finally {
    await target?.close().catch(() => undefined);
  }
}

async function openTarget(
  { out, ...options }: ExportOptions,
  { write, sleep = sleepFor }: ExportRuntime,
): Promise<Target | undefined> {
  if (out !== undefined) return ExportFile.open(out, queryText(options), options.isForced, sleep);
  const state = { cursor: null as string | null, bytes: 0, rows: 0 };
  return {
    state,
    append: (text, rows, cursor) => {
      state.cursor = cursor;
      state.bytes += text.length;
      state.rows += rows;
      return write(text);
    },
    complete: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

/** What is exported, in words that a person recognises. */
function queryText({ sid, status, number, format }: Omit<ExportOptions, 'out'>): string {
  const filters = [status && `status ${status}`, number && `number ${number}`].filter(Boolean);
  return [`${format} of ${sid}`, ...filters].join(', ');
}

class RunningExport {
  readonly #options: ExportOptions;
  readonly #runtime: ExportRuntime;
  readonly #target: Target;
  readonly #written: WrittenSids;
  readonly #bar: ProgressBar;
  /** Rows of the window that is being received. */
  readonly #window = { text: '', rows: 0, received: 0 };
  /** Rows of all complete windows of the response so far, including those that the file already had. */
  #wholeRows = 0;
  /** Whole windows that are not written yet, and the cursor after them. */
  readonly #pending = { text: '', rows: 0, cursor: '' };
  #flushedAtMs: number;
  #hasHeader: boolean;
  /** Whether the address has sent a line of an export. */
  #hasLines = false;
  #lastProgressMs: number;

  constructor(
    options: ExportOptions,
    runtime: ExportRuntime,
    { target, written }: { readonly target: Target; readonly written: WrittenSids },
    bar: ProgressBar,
  ) {
    this.#options = options;
    this.#runtime = runtime;
    this.#target = target;
    this.#written = written;
    this.#bar = bar;
    this.#hasHeader = target.state.bytes > 0;
    this.#lastProgressMs = this.#now();
    this.#flushedAtMs = this.#lastProgressMs;
  }

  /** @returns the exit code. */
  async run(): Promise<number> {
    const { rows } = this.#target.state;
    if (rows > 0) this.#bar.say(`resuming after ${rows} rows`);
    for (let failures = 0; ; failures += 1) {
      const before = this.#lastProgressMs;
      const end = await this.#receive();
      if (this.#lastProgressMs !== before) failures = 0;
      if (end.isWhole) return this.#complete();
      if (end.pauseMs === undefined || this.#now() - this.#lastProgressMs >= maximumOutageMs) {
        const advice = end.pauseMs === undefined && end.isRefused ? '' : ' Run it again to resume.';
        this.#bar.say(`campaign-gateway export: ${end.problem ?? ''}${advice}`);
        return end.isRefused ? failed : notWhole;
      }
      this.#bar.say(`${end.problem ?? ''} Trying again.`);
      await this.#sleep(Math.max(end.pauseMs, Math.min(longestPauseMs, firstPauseMs * 2 ** failures)));
    }
  }

  async #complete(): Promise<number> {
    if (this.#options.format === 'csv' && !this.#hasHeader)
      await this.#target.append(csvHeader(false), 0, '');
    await this.#target.complete();
    this.#bar.say(`${this.#target.state.rows} rows, complete`);
    return whole;
  }

  /** Reads one response, and writes the windows that were received whole. */
  async #receive(): Promise<ResponseEnd> {
    const end = await this.#received();
    await this.#flush();
    return end;
  }

  async #received(): Promise<ResponseEnd> {
    Object.assign(this.#window, { text: '', rows: 0, received: 0 });
    this.#wholeRows = 0;
    this.#written.forget();
    try {
      for await (const line of receivedLines(this.#url(), this.#options.apiKey)) {
        this.#hasLines = true;
        const end = await this.#take(line);
        if (end) return end;
      }
      return { problem: 'The response was cut off.', pauseMs: 0 };
    } catch (error) {
      if (error instanceof ExportFileError) throw error;
      if (!(error instanceof RefusedExport)) return { problem: this.#connectionProblem(error), pauseMs: 0 };
      this.#checkCursor(error);
      const lacksKey = error.code === 'UNAUTHENTICATED' && this.#options.apiKey === undefined;
      const problem = lacksKey ? `${error.message} Set CAMPAIGN_GATEWAY_API_KEY.` : error.message;
      return { problem, pauseMs: error.retryAfterMs, isRefused: true };
    }
  }

  /** @throws ExportFileError where the cursor is refused from which the file is to resume: all else was accepted before. */
  #checkCursor({ code }: RefusedExport): void {
    const { checkpoint, state } = this.#target;
    if (code === 'BAD_USER_INPUT' && state.cursor !== null && checkpoint !== undefined)
      throw new ExportFileError(`The gateway refuses the cursor in ${checkpoint}; --force starts over.`);
  }

  #connectionProblem(error: unknown): string {
    const { code = 'unknown error' } = error as { readonly code?: string };
    const failure = `The connection to ${this.#options.url.host} failed: ${code}.`;
    return this.#hasLines ? failure : `${failure} Is this the gateway (--url, CAMPAIGN_GATEWAY_URL)?`;
  }

  async #take(line: ReceivedLine): Promise<ResponseEnd | undefined> {
    if (line.kind === 'row') {
      this.#window.received += 1;
      if (this.#written.isRepeated(line.row)) return undefined;
      this.#window.rows += 1;
      this.#window.text += this.#options.format === 'csv' ? csvLine(line.row) : `${line.text}\n`;
      return undefined;
    }
    if (line.kind === 'progress') {
      if (line.cursor !== null) await this.#addWindow(line.cursor);
      const { read, total } = line;
      this.#bar.show({ read, total, rows: this.#target.state.rows + this.#pending.rows });
      return undefined;
    }
    if (line.end.complete) {
      if (line.end.rows === this.#wholeRows) return { isWhole: true };
      const problem = `The gateway counts ${line.end.rows} rows, but has sent ${this.#wholeRows} in whole windows.`;
      return { problem, pauseMs: undefined };
    }
    const { reason, cursor } = line.end;
    if (cursor === null && this.#target.state.rows + this.#pending.rows > 0) {
      await this.#flush();
      await this.#target.append('', 0, null);
      return { problem: 'The list has changed its order in each of several passes.' };
    }
    const pauseMs = passingEnds.has(reason) ? 0 : undefined;
    return { problem: `The gateway has ended the export: ${reason}.`, pauseMs };
  }

  /** Adds a window that was received whole. They are written once a second, since the disk takes time for each write. */
  async #addWindow(cursor: string): Promise<void> {
    this.#pending.text += this.#window.text;
    this.#pending.rows += this.#window.rows;
    this.#pending.cursor = cursor;
    this.#wholeRows += this.#window.received;
    this.#written.keep();
    Object.assign(this.#window, { text: '', rows: 0, received: 0 });
    this.#lastProgressMs = this.#now();
    const isDue = this.#lastProgressMs - this.#flushedAtMs >= flushMs;
    if (isDue || this.#pending.text.length > maximumPending) await this.#flush();
  }

  /** Writes the pending windows, and remembers where to resume. */
  async #flush(): Promise<void> {
    const { text, rows, cursor } = this.#pending;
    if (cursor === '') return;
    const header = this.#options.format === 'csv' && !this.#hasHeader ? csvHeader(false) : '';
    await this.#target.append(header + text, rows, cursor);
    this.#hasHeader = true;
    Object.assign(this.#pending, { text: '', rows: 0, cursor: '' });
    this.#flushedAtMs = this.#now();
  }

  #url(): URL {
    const { sid, status, number, url } = this.#options;
    const base = url.href.endsWith('/') ? url : new URL(`${url.href}/`);
    const address = new URL(`campaigns/${encodeURIComponent(sid)}/messages.ndjson`, base);
    const { cursor: after } = this.#target.state;
    const parameters = { progress: '1', status, number, after };
    for (const [name, value] of Object.entries(parameters))
      if (value != null) address.searchParams.set(name, value);
    return address;
  }

  #now(): number {
    return (this.#runtime.now ?? (() => performance.now()))();
  }

  async #sleep(ms: number): Promise<void> {
    await (this.#runtime.sleep ?? sleepFor)(ms);
  }
}

/** How a response has ended. */
interface ResponseEnd {
  readonly isWhole?: boolean;
  readonly problem?: string;
  /** When to ask again; undefined: it is of no use. */
  readonly pauseMs?: number | undefined;
  /** True if nothing was received. */
  readonly isRefused?: boolean;
}
