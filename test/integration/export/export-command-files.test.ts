import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gatewayAt } from '../../../src/cli/export/command.js';
import { type ExportOptions, exportMessages } from '../../../src/cli/export/export.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  messagesNamed,
  startMessageUpstream,
} from '../../support/upstream/message-upstream.js';
import { commandOptions, linesOf } from '../../support/writing/exporting.js';

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;
let directory = '';
let said: string[] = [];
const sids = (count: number) => messagesNamed(count).map(({ sid }) => sid);

beforeAll(async () => {
  upstream = await startMessageUpstream();
  upstream.messages = messagesNamed(250);
  gateway = await startGatewayOn(upstream.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/export-`);
  upstream.calls.length = 0;
  said = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const out = (name = 'all.ndjson') => `${directory}/${name}`;
const rowsIn = (name?: string) => linesOf(readFileSync(out(name), 'utf8')).rows.map(({ sid }) => sid);

/** Runs the command with `--out`. @returns its exit code. */
function run(options: Pick<Partial<ExportOptions>, 'out' | 'isForced'>): Promise<number> {
  return exportMessages(commandOptions(gateway.url, options), {
    write: () => Promise.resolve(),
    progress: { write: (text: string) => said.push(text) },
  });
}

it.each(['http://gateway.example', 'http://gateway.example/graphql', 'http://gateway.example/graphql/'])(
  'the gateway of %s is http://gateway.example/',
  (address) => {
    expect(gatewayAt(address).href).toBe('http://gateway.example/');
    expect(gatewayAt(address.replace('example', 'example/api')).href).toMatch(/example\/api\/?$/);
  },
);

describe('the file of campaign-gateway export', () => {
  it('replaces a file only with --force, and never continues the file of another export', async () => {
    writeFileSync(out(), 'mine');
    expect(await run({ out: out() })).toBe(1);
    expect(said.at(-1)).toContain('--force');
    expect(readFileSync(out(), 'utf8')).toBe('mine');
    writeFileSync(`${out('b')}.part`, '');
    const state = { query: 'csv of other', cursor: null, bytes: 0, rows: 0, isComplete: false };
    writeFileSync(`${out('b')}.part.json`, JSON.stringify(state));
    expect(await run({ out: out('b') })).toBe(1);
    for (const broken of ['', '{}', '{"query":1}']) {
      writeFileSync(`${out('b')}.part.json`, broken);
      expect(await run({ out: out('b') })).toBe(1);
    }
    expect(upstream.calls).toEqual([]);
    expect(await run({ out: out(), isForced: true })).toBe(0);
    expect(await run({ out: out('b'), isForced: true })).toBe(0);
    expect(rowsIn()).toEqual(sids(250));
  });

  it.each([
    ['in the middle', { cursor: null, bytes: 0, rows: 0, isComplete: false }],
    ['when it was complete but for its name', { cursor: 'x', bytes: 4, rows: 1, isComplete: true }],
  ])('does not replace a file that appeared after it was killed, %s', async (_when, state) => {
    writeFileSync(`${out()}.part`, 'rows');
    writeFileSync(`${out()}.part.json`, JSON.stringify({ query: 'ndjson of c', ...state }));
    writeFileSync(out(), 'mine');
    expect(await run({ out: out() })).toBe(1);
    expect(said.at(-1)).toContain('is there already; --force replaces it');
    expect(readFileSync(out(), 'utf8')).toBe('mine');
    expect(upstream.calls).toEqual([]);
  });

  it('replaces a file if it was killed after it was told to', async () => {
    const state = { cursor: null, bytes: 0, rows: 0, isComplete: false, mayReplace: true };
    writeFileSync(`${out()}.part`, '');
    writeFileSync(`${out()}.part.json`, JSON.stringify({ query: 'ndjson of c', ...state }));
    writeFileSync(out(), 'old');
    expect(await run({ out: out() })).toBe(0);
    expect(rowsIn()).toEqual(sids(250));
  });

  it('names --force for rows without a checkpoint, and leaves them alone', async () => {
    writeFileSync(`${out()}.part`, 'mine');
    expect(await run({ out: out() })).toBe(1);
    expect(said.at(-1)).toContain('has no all.ndjson.part.json; --force starts over');
    expect(readFileSync(`${out()}.part`, 'utf8')).toBe('mine');
    expect(upstream.calls).toEqual([]);
  });

  it('finishes a file that was complete but for its name, or for the rest of its checkpoint', async () => {
    const state = { query: 'ndjson of c', cursor: 'x', bytes: 4, rows: 1, isComplete: true };
    for (const written of [`${out()}.part`, out()]) {
      writeFileSync(written, 'rows');
      writeFileSync(`${out()}.part.json`, JSON.stringify(state));
      expect(await run({ out: out() })).toBe(0);
      expect(readFileSync(out(), 'utf8')).toBe('rows');
    }
    expect(upstream.calls).toEqual([]);
  });

  it.each([
    ['in the middle', { cursor: 'x', bytes: 4, rows: 1, isComplete: false }],
    ['when it was complete but for its name', { cursor: 'x', bytes: 4, rows: 1, isComplete: true }],
  ])('names --force where the rows of its checkpoint are gone, %s', async (_when, state) => {
    writeFileSync(`${out()}.part.json`, JSON.stringify({ query: 'ndjson of c', ...state }));
    expect(await run({ out: out() })).toBe(1);
    expect(said).toEqual([`campaign-gateway export: ${out()}.part is gone; --force starts over.\n`]);
    expect(upstream.calls).toEqual([]);
    expect(await run({ out: out(), isForced: true })).toBe(0);
    expect(rowsIn()).toEqual(sids(250));
  });
});
