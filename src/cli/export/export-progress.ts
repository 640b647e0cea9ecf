/** Progress of an export. */
export interface Progress {
  /** Rows of the campaign that were read, whether or not they are wanted. */
  readonly read: number;
  readonly total: number;
  /** Rows in the file. */
  readonly rows: number;
}

/** A terminal, or a file that standard error goes to. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  /** Characters of a line of the terminal. */
  readonly columns?: number;
  readonly write: (text: string) => unknown;
}

/** Interval of lines in a log. */
const lineMs = 30_000;
const [widestBar, narrowestBar] = [24, 5];
const number = new Intl.NumberFormat('en');

/** Shows rows, total, rate and expected end: as a bar on a terminal, else as a line every half minute. */
export class ProgressBar {
  readonly #output: ProgressOutput;
  readonly #now: () => number;
  #from: { readonly read: number; readonly ms: number } | undefined;
  #lastLineMs = -Infinity;
  #isBarOpen = false;

  /** @param now epoch milliseconds. */
  constructor(output: ProgressOutput, now: () => number = Date.now) {
    this.#output = output;
    this.#now = now;
  }

  show(progress: Progress): void {
    const nowMs = this.#now();
    this.#from ??= { read: progress.read, ms: nowMs };
    const text = textOf(
      progress,
      (progress.read - this.#from.read) / Math.max(1, nowMs - this.#from.ms),
      nowMs,
    );
    if (this.#output.isTTY) {
      this.#isBarOpen = true;
      this.#output.write(`\r\x1b[K${lineOf(progress, text, this.#output.columns)}`);
    } else if (nowMs - this.#lastLineMs >= lineMs) {
      this.#lastLineMs = nowMs;
      this.#output.write(`${text}\n`);
    }
  }

  /** Writes a line of its own. Texts of the gateway may be in it: control characters would be commands to the terminal. */
  say(text: string): void {
    this.#output.write(`${this.#isBarOpen ? '\n' : ''}${text.replaceAll(/\p{Cc}+/gu, ' ')}\n`);
    this.#isBarOpen = false;
  }
}

function textOf({ read, total, rows }: Progress, rowsPerMs: number, nowMs: number): string {
  const found = rows === read ? '' : `, ${number.format(rows)} wanted`;
  const known = `${number.format(read)} of ${number.format(total)} rows${found}`;
  if (rowsPerMs <= 0 || read >= total) return known;
  const end = new Date(nowMs + (total - read) / rowsPerMs).toISOString().slice(0, 16).replace('T', ' ');
  return `${known}, ${number.format(Math.round(rowsPerMs * 60_000))} a minute, until ${end} UTC`;
}

/** Bar and text within one line: a longer one would wrap, and the next one clear only its last part. */
function lineOf({ read, total }: Progress, text: string, columns = Infinity): string {
  const width = columns - 1; // the cursor is after it
  const barWidth = Math.min(widestBar, width - text.length - '[] '.length);
  if (barWidth < narrowestBar) return text.slice(0, Math.max(0, width));
  const done = total === 0 ? barWidth : Math.min(barWidth, Math.floor((barWidth * read) / total));
  return `[${'#'.repeat(done)}${'.'.repeat(barWidth - done)}] ${text}`;
}
