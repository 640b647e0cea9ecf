import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { exportMessages } from '../../../src/cli/export/export.js';
import { commandOptions } from '../../support/writing/exporting.js';

let server: Server;
let answer: (response: ServerResponse) => void;
let directory = '';
let said = '';

beforeAll(async () => {
  server = createServer((_request, response) => {
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/export-`);
  said = '';
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const out = () => `${directory}/all.ndjson`;

function run(): Promise<number> {
  return exportMessages(
    commandOptions(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`, { out: out() }),
    {
      write: () => Promise.resolve(),
      progress: { write: (text: string) => (said += text) },
      sleep: () => Promise.resolve(),
    },
  );
}

const lines = (...values: readonly object[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const progress = (read: number) => ({ progress: { read, total: 10, cursor: `c${String(read)}` } });

/** Writes a text again and again, as fast as it is read. @returns how often. */
function writeEndlessly(response: ServerResponse, text: string): () => number {
  let count = 0;
  const write = (): void => {
    do count += 1;
    while (!response.destroyed && response.write(text));
  };
  response.on('drain', write);
  write();
  return () => count;
}

describe('campaign-gateway export on a server that does not do what a gateway does', () => {
  it.each([
    [
      'more rows than it has sent',
      [{ sid: 'a' }, { sid: 'b' }, progress(2), { complete: true, rows: 10 }],
      2,
    ],
    [
      'rows of a window that is not whole',
      [{ sid: 'a' }, progress(1), { sid: 'b' }, { complete: true, rows: 2 }],
      1,
    ],
    [
      'fewer rows than it has sent',
      [{ sid: 'a' }, { sid: 'b' }, progress(2), { complete: true, rows: 1 }],
      2,
    ],
  ])('ends with 3, and keeps the file unnamed, where the end counts %s', async (_what, values, rows) => {
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(lines(...values));
    };
    expect(await run()).toBe(3);
    expect(said).toMatch(
      new RegExp(
        `counts \\d+ rows, but has sent ${String(rows)} in whole windows\\. Run it again to resume\\.\n$`,
      ),
    );
    expect(existsSync(out())).toBe(false);
    expect(readFileSync(`${out()}.part`, 'utf8').split('\n')).toHaveLength(rows + 1);
  });

  it('counts rows that come twice', async () => {
    answer = (response) => {
      const values = [
        { sid: 'a' },
        progress(1),
        { sid: 'a' },
        { sid: 'b' },
        progress(2),
        { complete: true, rows: 3 },
      ];
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(lines(...values));
    };
    expect(await run()).toBe(0);
    expect(readFileSync(out(), 'utf8')).toBe('{"sid":"a"}\n{"sid":"b"}\n');
  });

  it('ends with 1 at a line without an end, and reads no more of it than 32 MiB and what is on its way', async () => {
    let written = () => 0;
    answer = (response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      written = writeEndlessly(response, 'x'.repeat(1024 * 1024));
    };
    expect(await run()).toBe(1);
    expect(said).toContain('is not a campaign-gateway: it sends a line of more than 33554432 characters.');
    expect(written()).toBeLessThan(64);
    expect(existsSync(`${out()}.part`)).toBe(false);
  });

  it('ends with 1 at a refusal without an end', async () => {
    let written = () => 0;
    answer = (response) => {
      response.writeHead(403, { 'content-type': 'text/html' });
      written = writeEndlessly(response, 'x'.repeat(64 * 1024));
    };
    expect(await run()).toBe(1);
    expect(said).toContain('The gateway answered with status 403.');
    expect(written()).toBeLessThan(512);
  });
});

it('names --force where the gateway refuses the cursor from which the file is to resume', async () => {
  const state = { query: 'ndjson of c', cursor: 'damaged', bytes: 4, rows: 1, isComplete: false };
  writeFileSync(`${out()}.part`, 'rows');
  writeFileSync(`${out()}.part.json`, JSON.stringify(state));
  answer = (response) => {
    const error = { message: 'Argument "after" is not a cursor.', extensions: { code: 'BAD_USER_INPUT' } };
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ errors: [error] }));
  };
  expect(await run()).toBe(1);
  const problem = `The gateway refuses the cursor in ${out()}.part.json; --force starts over.`;
  expect(said).toBe(`resuming after 1 rows\ncampaign-gateway export: ${problem}\n`);
  expect(readFileSync(`${out()}.part`, 'utf8')).toBe('rows');
});
