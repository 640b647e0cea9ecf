import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { exportedFields, inert } from '../../export/export-row.js';
import { SentSids } from '../../export/sent-sids.js';

const sidColumn = exportedFields.indexOf('sid');
const rowWithSid = z.object({ sid: z.string() });

/**
 * The sids of the rows that are written, by which a row that comes again is left out. An export that reads its list once more, and
 * is interrupted then, has sent rows that the next one does not know of.
 */
export class WrittenSids {
  readonly #format: 'csv' | 'ndjson';
  readonly #sids = new SentSids();
  /** Those of a window that is not received whole. */
  readonly #received = new Set<string>();

  constructor(format: 'csv' | 'ndjson') {
    this.#format = format;
  }

  /** Adds those of a file up to a byte; it is of an export. */
  async addFile(path: string, bytes: number): Promise<void> {
    if (bytes === 0) return;
    const stream = createReadStream(path, { end: bytes - 1 });
    if (this.#format === 'csv') {
      let isHeader = true;
      for await (const sid of sidsInCsv(stream)) {
        if (!isHeader && sid !== '') this.#sids.add(sid);
        isHeader = false;
      }
    } else
      for await (const line of lines(stream)) {
        const { data } = rowWithSid.safeParse(JSON.parse(line));
        if (data) this.#sids.add(data.sid);
      }
  }

  /** Whether a row is written, or received; from now on it is received. A row without a sid never is. */
  isRepeated(row: object): boolean {
    const { data } = rowWithSid.safeParse(row);
    if (!data) return false;
    const sid = this.#format === 'csv' ? inert(data.sid) : data.sid;
    if (this.#received.has(sid) || this.#sids.has(sid)) return true;
    this.#received.add(sid);
    return false;
  }

  /** The rows that were received are written. */
  keep(): void {
    for (const sid of this.#received) this.#sids.add(sid);
    this.#received.clear();
  }

  /** The rows that were received are given up. */
  forget(): void {
    this.#received.clear();
  }
}

/** The whole lines of NDJSON. Node's `readline` also splits at U+2028 and U+2029, which are usual characters in JSON. */
async function* lines(chunks: AsyncIterable<string | Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
}

/** The sid of each record (RFC 4180), the header's included. */
async function* sidsInCsv(chunks: AsyncIterable<string | Buffer>): AsyncGenerator<string> {
  let [isQuoted, column, sid, before] = [false, 0, '', ''];
  const decoder = new TextDecoder();
  for await (const chunk of chunks) {
    const text = typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    for (const character of text) {
      if (character === '"') {
        // A doubled quote ends the quotes and begins them again.
        if (!isQuoted && before === '"' && column === sidColumn) sid += character;
        isQuoted = !isQuoted;
      } else if (isQuoted || (character !== ',' && character !== '\n' && character !== '\r')) {
        if (column === sidColumn) sid += character;
      } else if (character === ',') column += 1;
      else if (character === '\n') {
        yield sid;
        [column, sid] = [0, ''];
      }
      before = character;
    }
  }
}
