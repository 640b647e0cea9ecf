import { request } from 'node:http';
import { type ExportOptions } from '../../../src/cli/export/export.js';
import { type GatewayUnderTest, startGatewayOn } from '../gateway/gateway-under-test.js';

/** The response to an export, read to its end. */
export interface ExportAnswer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly text: string;
}

/** Sends a GET, and reads all of the response with its trailers, which `fetch` drops. */
export function getExport(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ExportAnswer> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status, trailers } = response;
        resolve({ status, headers: response.headers, trailers, text });
      });
    })
      .on('error', reject)
      .end();
  });
}

/** Options of the command for all messages of the campaign `c` as NDJSON, on standard output by default. */
export function commandOptions(url: string | URL, options: Partial<ExportOptions> = {}): ExportOptions {
  return {
    sid: 'c',
    status: undefined,
    number: undefined,
    out: undefined,
    isForced: false,
    format: 'ndjson',
    url: new URL(url),
    apiKey: undefined,
    ...options,
  };
}

/** The clock of an export whose pauses take no time. */
export interface PauseClock {
  /** Milliseconds that the pauses have taken so far. */
  nowMs: number;
}

/**
 * Starts a gateway whose exports pause on a clock of the test.
 * @param pauseMs how long each pause takes; by default as long as the export asks for.
 */
export function startPausingGateway(
  baseUrl: string,
  environment: Readonly<Record<string, string>>,
  clock: PauseClock,
  pauseMs?: number,
): Promise<GatewayUnderTest> {
  const sleep = (ms: number): Promise<void> => {
    clock.nowMs += pauseMs ?? ms;
    return Promise.resolve();
  };
  return startGatewayOn(baseUrl, environment, Date.now, sleep, {
    steadyNow: () => clock.nowMs,
    random: () => 0,
  });
}

/** A line of an NDJSON export. */
export interface ExportLine {
  readonly sid?: string;
  readonly status?: string;
  readonly cursor?: string | null;
  readonly complete?: boolean;
  readonly reason?: string;
  readonly [field: string]: unknown;
}

/** The rows of an NDJSON export, and its last line. */
export function linesOf(text: string): {
  readonly rows: readonly ExportLine[];
  readonly end: ExportLine | undefined;
} {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ExportLine);
  const last = lines.at(-1);
  return last && 'complete' in last
    ? { rows: lines.slice(0, -1), end: last }
    : { rows: lines, end: undefined };
}

/** The records of a CSV file (RFC 4180). */
export function recordsOf(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g,
  )) {
    if (end === '' && quoted === undefined && plain === '' && record.length === 0) break;
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
