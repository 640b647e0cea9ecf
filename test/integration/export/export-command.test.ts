import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, appendFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ExportOptions, exportMessages } from '../../../src/cli/export/export.js';
import { exportedFields } from '../../../src/export/export-row.js';
import { commandOptions, linesOf, recordsOf } from '../../support/writing/exporting.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import {
  type MessageUpstream,
  messagesNamed,
  refusal,
  startMessageUpstream,
} from '../../support/upstream/message-upstream.js';

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;
let directory = '';
let said: string[] = [];
let printed = '';
let now = 0;
const sids = (count: number) => messagesNamed(count).map(({ sid }) => sid);

beforeAll(async () => {
  upstream = await startMessageUpstream();
  gateway = await startGatewayOn(upstream.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/export-`);
  upstream.messages = messagesNamed(250);
  upstream.calls.length = 0;
  upstream.beforeCall = () => undefined;
  said = [];
  printed = '';
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

/** Runs the command. Pauses take no time. @returns its exit code. */
function run(options: Partial<ExportOptions> = {}, onPause?: () => void): Promise<number> {
  return exportMessages(commandOptions(gateway.url, options), {
    write: (text) => {
      printed += text;
      return Promise.resolve();
    },
    progress: { write: (text: string) => said.push(text) },
    sleep: (ms) => {
      now += ms;
      onPause?.();
      return Promise.resolve();
    },
    now: () => now,
  });
}

const out = (name = 'all.ndjson') => `${directory}/${name}`;
const rowsIn = (name?: string) => linesOf(readFileSync(out(name), 'utf8')).rows.map(({ sid }) => sid);

/** A proxy that breaks each connection after some bytes. */
async function brittle(afterBytes: () => number): Promise<{ readonly url: URL; readonly server: Server }> {
  const server = createServer((request, response) => {
    void fetch(new URL(request.url ?? '', gateway.url)).then(async (answer) => {
      const bytes = Buffer.from(await answer.arrayBuffer());
      response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' });
      response.write(bytes.subarray(0, afterBytes()), () => {
        if (bytes.length > afterBytes()) response.destroy();
        else response.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`), server };
}

describe('campaign-gateway export', () => {
  it('prints every row as NDJSON without --out, and its progress on standard error', async () => {
    expect(await run()).toBe(0);
    expect(linesOf(printed).rows.map(({ sid }) => sid)).toEqual(sids(250));
    expect(said[0]).toBe('50 of 250 rows\n');
    expect(said.at(-1)).toBe('250 rows, complete\n');
  });

  it('writes CSV by the name of the file, which has its name only when it is whole', async () => {
    upstream.messages.forEach((message, index) => (message.status = index % 5 === 0 ? 'failed' : 'sent'));
    upstream.beforeCall = (call) => {
      expect(existsSync(out('failed.csv'))).toBe(call > 100);
      return undefined;
    };
    expect(await run({ out: out('failed.csv'), format: 'csv', status: 'FAILED' })).toBe(0);
    const [header, ...records] = recordsOf(readFileSync(out('failed.csv'), 'utf8'));
    expect(header).toEqual(exportedFields);
    expect(records.map(([, sid]) => sid)).toEqual(sids(250).filter((_, index) => index % 5 === 0));
    expect(existsSync(`${out('failed.csv')}.part`)).toBe(false);
    expect(existsSync(`${out('failed.csv')}.part.json`)).toBe(false);
  });

  it('writes a header alone for a campaign without messages', async () => {
    upstream.messages = [];
    expect(await run({ out: out('none.csv'), format: 'csv' })).toBe(0);
    expect(readFileSync(out('none.csv'), 'utf8')).toBe(`${exportedFields.join(',')}\r\n`);
  });

  it('refuses a file that another export is writing, and leaves that one alone', async () => {
    let other: Promise<number> | undefined;
    upstream.beforeCall = (_call, response) => {
      if (other) return undefined;
      other = run({ out: out() });
      void other.then(() => response.writeHead(503).end());
      return 'answered';
    };
    expect(await run({ out: out(), isForced: true })).toBe(0);
    expect(await other).toBe(1);
    expect(said.join('')).toContain('all.ndjson is being written by another export.\n');
    expect(rowsIn()).toEqual(sids(250));
    expect(existsSync(`${out()}.part.lock`)).toBe(false);
    expect(await run({ out: out('second.ndjson') })).toBe(0);
  });

  it.each([false, true])('refuses what is not a file, forced: %s', async (isForced) => {
    execFileSync('mkfifo', [out('pipe')]);
    for (const [name, kind] of [
      ['pipe', 'isFIFO'],
      ['', 'isDirectory'],
    ] as const) {
      expect(await run({ out: out(name), isForced })).toBe(1);
      expect(statSync(out(name))[kind]()).toBe(true);
    }
    expect(said.join('')).not.toContain('--force');
    expect(upstream.calls).toEqual([]);
  });

  it('is refused by a server that is not a gateway, and ends there', async () => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).write('<html>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    expect(await run({ url })).toBe(1);
    expect(said.join('')).toContain('is not a campaign-gateway: it answers text/html.');
    server.closeAllConnections();
    server.close();
  });

  it('names the setting of the key where the gateway needs one', async () => {
    const error = { message: 'An API key is needed.', extensions: { code: 'UNAUTHENTICATED' } };
    const server = createServer((_request, response) => {
      response
        .writeHead(401, { 'content-type': 'application/json' })
        .end(JSON.stringify({ errors: [error] }));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    expect(await run({ url, apiKey: undefined })).toBe(1);
    expect(said.join('')).toContain('An API key is needed. Set CAMPAIGN_GATEWAY_API_KEY.');
    server.close();
  });

  it('waits ten minutes at most, whatever Retry-After says', async () => {
    let requests = 0;
    const server = createServer((_request, response) => {
      requests += 1;
      response.writeHead(429, { 'retry-after': '99999999999' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    now = 0;
    expect(await run({ url })).toBe(1);
    expect([requests, now]).toEqual([2, 600_000]);
    server.close();
  });

  it('resumes automatically over ten broken connections, wherever they break', async () => {
    let broken = 0;
    const { url, server } = await brittle(() => {
      broken += 1;
      return broken > 20 ? Infinity : 12_000 + 3511 * broken;
    });
    expect(await run({ out: out(), url })).toBe(0);
    server.closeAllConnections();
    server.close();
    expect(rowsIn()).toEqual(sids(250));
    expect(said.filter((line) => line.includes('Trying again')).length).toBeGreaterThan(2);
  });

  it('resumes over a restart of the gateway', async () => {
    let own = await startGatewayOn(upstream.baseUrl, { PORT: '0' });
    const port = new URL(own.url).port;
    upstream.beforeCall = (call) => {
      if (call === 3) void own.close();
      return undefined;
    };
    let restart: Promise<unknown> | undefined;
    const code = await run({ out: out(), url: new URL(own.url) }, () => {
      restart ??= startGatewayOn(upstream.baseUrl, { PORT: port }).then((next) => (own = next));
    });
    await restart;
    await own.close();
    expect(code).toBe(0);
    expect(rowsIn()).toEqual(sids(250));
  });

  describe.each(['csv', 'ndjson'] as const)('of a list that it reads again, as %s', (format) => {
    const name = `all.${format}`;
    const written = (): (string | undefined)[] =>
      format === 'csv'
        ? recordsOf(readFileSync(out(name), 'utf8'))
            .slice(1)
            .map((record) => record[exportedFields.indexOf('sid')])
        : rowsIn(name);
    /** Moves a message that was not read yet to a place that was, before the fourth call. */
    const moveOne = (call: number): void => {
      if (call !== 4) return;
      const [moved] = upstream.messages.splice(240, 1);
      if (moved) upstream.messages.splice(20, 0, moved);
    };
    const firstCallAgain = 7;

    it.each([0, 1, 2])('has every row once, also if the gateway stops %i calls later', async (later) => {
      let own = await startGatewayOn(upstream.baseUrl, { PORT: '0' });
      const port = new URL(own.url).port;
      upstream.beforeCall = (call) => {
        moveOne(call);
        if (call === firstCallAgain + later) void own.close();
        return undefined;
      };
      let restart: Promise<unknown> | undefined;
      const code = await run({ out: out(name), format, url: new URL(own.url) }, () => {
        restart ??= startGatewayOn(upstream.baseUrl, { PORT: port }).then((next) => (own = next));
      });
      await restart;
      await own.close();
      expect(code).toBe(0);
      expect(written().sort()).toEqual(sids(250).sort());
    });

    it('has every row once, also if it is killed meanwhile and run again', async () => {
      upstream.beforeCall = (call) => {
        moveOne(call);
        return call > firstCallAgain ? refusal(401) : undefined;
      };
      expect(await run({ out: out(name), format })).toBe(3);
      upstream.beforeCall = () => undefined;
      expect(await run({ out: out(name), format })).toBe(0);
      expect(written().sort()).toEqual(sids(250).sort());
    });

    it('ends with 3 where as many messages come between others as go, in each reading, and then begins again', async () => {
      let isMoving = true;
      upstream.beforeCall = (call) => {
        if (isMoving && upstream.calls[call - 1]?.startsWith('147+')) {
          upstream.messages.splice(
            20,
            0,
            ...messagesNamed(1, 'sent').map((one) => ({ ...one, sid: `n${String(call)}` })),
          );
          upstream.messages.splice(-2, 1);
        }
        return undefined;
      };
      expect(await run({ out: out(name), format })).toBe(3);
      expect(said.at(-1)).toBe(
        'campaign-gateway export: The list has changed its order in each of several passes. Run it again to resume.\n',
      );
      isMoving = false;
      expect(await run({ out: out(name), format })).toBe(0);
      expect(new Set(written()).size).toBe(written().length);
      expect(written()).toEqual(expect.arrayContaining(upstream.messages.map(({ sid }) => sid)));
    });
  });

  it.each([
    ['whole rows', () => undefined],
    [
      'half a row after them',
      () => {
        appendFileSync(`${out()}.part`, '{"sid":"torn');
      },
    ],
    [
      'a row that its checkpoint does not have',
      () => {
        appendFileSync(`${out()}.part`, '{"sid":"m999"}\n');
      },
    ],
  ])('run again after it was killed with %s, resumes where it was', async (_what, damage) => {
    // As a killed process leaves it: some windows, and the checkpoint of the last one.
    const { url, server } = await brittle(() => {
      server.close();
      return 80_000;
    });
    expect(await run({ out: out(), url })).toBe(3);
    const { cursor, rows } = JSON.parse(readFileSync(`${out()}.part.json`, 'utf8')) as {
      readonly cursor: string;
      readonly rows: number;
    };
    expect(cursor).not.toBe('');
    expect([50, 99, 148, 197]).toContain(rows);
    damage();
    upstream.beforeCall = () => undefined;
    upstream.calls.length = 0;
    expect(await run({ out: out() })).toBe(0);
    expect(rowsIn()).toEqual(sids(250));
    expect(upstream.calls[0]).toBe(`${String(rows - 6)}+50`); // the row of the cursor, and five neighbours
  });

  it('ends at once with 1 where the gateway refuses', async () => {
    expect(await run({ sid: 'unknown', out: out() })).toBe(1);
    expect(said.at(-1)).toBe('campaign-gateway export: There is no campaign with this sid.\n');
    expect(await run({ status: 'LOST', out: out() })).toBe(1);
    expect(said.at(-1)).toContain('which is not a status');
    expect(await run({ status: 'SENT,SCHEDULED', out: out() })).toBe(0); // nothing of the refused ones is left
  });

  it('gives up with 3 after ten minutes without a row, and resumes when run again', async () => {
    expect(await run({ out: out(), url: new URL('http://127.0.0.1:1') })).toBe(3);
    const problem = 'The connection to 127.0.0.1:1 failed: ECONNREFUSED.';
    const question = 'Is this the gateway (--url, CAMPAIGN_GATEWAY_URL)?';
    expect(said[0]).toBe(`${problem} ${question} Trying again.\n`);
    expect(said.at(-1)).toContain(`${problem} ${question} Run it again to resume.\n`);
    expect(existsSync(`${out()}.part`)).toBe(false);
    expect(await run({ out: out(), url: new URL(gateway.url) })).toBe(0);
    expect(rowsIn()).toEqual(sids(250));
  });
});
