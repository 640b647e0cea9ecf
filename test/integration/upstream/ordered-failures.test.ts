import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { type CampaignStatus } from '../../../src/sandbox/lifecycle.js';
import { FAULT_NAMES, type FaultName, TEST_VALUES } from '../../../src/sandbox/faults/test-values.js';
import { UNREADABLE_MS } from '../../../src/sandbox/faults/ordered-faults.js';
import { startGateway } from '../../../src/app/gateway.js';
import { readConfig } from '../../../src/config/config.js';
import { ask } from '../../support/clients/ask.js';
import {
  change,
  create,
  createdSid,
  diwaliAlready,
  keyed,
  posts,
  sidsOf,
} from '../../support/writing/creating.js';
import { setup, type SandboxAndGateway, type SetupOptions } from '../../support/gateway/setup.js';
import { type ClientError } from '../../support/gateway/gateway-under-test.js';
import { CallbackReceiver, eventually } from '../../unit/sandbox/callbacks/callback-receiver.js';
import { validInput } from '../../support/writing/valid-input.js';

/** A cell of the table: a value, and what it leads to. */
interface Cell {
  readonly value: string;
  readonly result: string;
}

type Column = 'list' | 'sender' | 'template';

const page = readFileSync('docs/sandbox.md', 'utf8');
const rows = [...page.matchAll(/^\| `([\w-]+)` \|(.*)\|(.*)\|(.*)\|$/gm)].map(([, name = '', ...cells]) => ({
  name: name as FaultName,
  cells: Object.fromEntries(
    cells.flatMap((text, index) => {
      const [, value = '', result = ''] = /`([^`]+)`: `?([^`]+?)`? *$/.exec(text) ?? [];
      return value === '' ? [] : [[(['list', 'sender', 'template'] as const)[index], { value, result }]];
    }),
  ) as Partial<Record<Column, Cell>>,
}));

/** The clock of both. Waiting moves it. */
let nowMs: number;
let both: SandboxAndGateway;

async function start({ sandbox, gateway }: SetupOptions = {}): Promise<SandboxAndGateway> {
  nowMs = Date.now();
  const now = () => nowMs;
  const sleep = (ms: number) => Promise.resolve((nowMs += ms));
  return (both = await setup({
    sandbox: { clock: now, slowMs: 40, ...sandbox },
    gateway: { now, sleep, ...gateway },
  }));
}

const startFor = (name: FaultName) =>
  start({ gateway: { environment: name === 'timeout' ? { EXOTEL_TIMEOUT_MS: '150' } : {} } });

const insert = (changes: Readonly<Record<string, unknown>>, status: CampaignStatus = 'scheduled') =>
  both.sandbox.state.insert({ ...diwaliAlready, ...changes, status }).sid;

const codesOf = (errors: readonly ClientError[] = []) => errors.map(({ extensions }) => extensions?.code);
const expected = (result: string) => (result === 'the campaign' ? [] : [result]);

async function read(sid: string) {
  const query = 'query ($sid: ID!) { campaign(sid: $sid) { name stats { total } } }';
  const { data, errors } = await ask<{ campaign: unknown }>(both.gateway, query, { variables: { sid } });
  return { campaign: data?.campaign, codes: codesOf(errors), error: errors?.[0] };
}

describe('docs/sandbox.md', () => {
  it('has exactly the failures and values of the code', () => {
    const documented = rows.map(({ name, cells }) => [
      name,
      Object.fromEntries(Object.entries(cells).map(([column, { value }]) => [column, value])),
    ]);
    expect(documented).toEqual(Object.entries(TEST_VALUES));
    expect(rows.map(({ name }) => name)).toEqual(FAULT_NAMES);
  });
});

const cellsOf = (column: Column) =>
  rows.flatMap(({ name, cells }) => (cells[column] ? [{ name, ...cells[column] }] : []));

describe.each(cellsOf('list'))('the list $value', ({ name, value, result }) => {
  it(`in a create: ${result}`, async () => {
    const { gateway } = await startFor(name);
    const startedMs = performance.now();
    const { sid, codes } = await create(gateway, { ...keyed, lists: [value] });
    expect({ codes, isCreated: sid !== undefined }).toEqual({
      codes: expected(result),
      isCreated: result === 'the campaign',
    });
    const isMade = result === 'the campaign' || name === 'lost-done';
    expect(sidsOf(both.sandbox)).toHaveLength(isMade ? 1 : 0);
    if (name === 'slow') expect(performance.now() - startedMs).toBeGreaterThan(35);
  });

  it(`in an update: ${result}`, async () => {
    const { gateway } = await startFor(name);
    const sid = insert({});
    const query = `mutation ($sid: ID!, $lists: [ID!]) {
      updateCampaign(sid: $sid, input: { lists: $lists }) { campaign { lists { sid } } userErrors { code field } } }`;
    const { data, errors } = await ask<{ updateCampaign: UpdatePayload }>(gateway, query, {
      variables: { sid, lists: [value] },
    });
    const userErrors = data?.updateCampaign.userErrors ?? [];
    expect([...userErrors.map(({ code }) => code), ...codesOf(errors)]).toEqual(expected(result));
    if (name === 'rejected') expect(userErrors[0]?.field).toEqual(['input', 'dltTemplateId']);
    const isMade = result === 'the campaign' || name === 'lost-done';
    expect(both.sandbox.state.find(sid)?.lists.includes(value)).toBe(isMade);
  });
});

interface UpdatePayload {
  readonly userErrors: readonly { readonly code: string; readonly field: readonly string[] }[];
}

describe.each(cellsOf('sender'))('the sender $value', ({ name, value, result }) => {
  it(`in an action: ${result}`, async () => {
    const { gateway } = await startFor(name);
    const sid = insert({ senderId: value });
    const { codes } = await change(gateway, 'pause', sid);
    expect(codes).toEqual(expected(result));
    const isMade = result === 'the campaign' || name === 'lost-done';
    expect(both.sandbox.state.find(sid)?.status).toBe(isMade ? 'paused' : 'scheduled');
  });
});

describe.each(cellsOf('template'))('the template id $value', ({ name, value, result }) => {
  it(`in a read: ${result}`, async () => {
    await startFor(name);
    const { campaign, codes, error } = await read(insert({ dltTemplateId: value }));
    expect(codes).toEqual(expected(result));
    expect(campaign != null).toBe(result === 'the campaign');
    if (name === 'rate-limited') expect(error?.extensions?.['retryAfter']).toBe(20);
  });

  it('does not disturb other campaigns and pages', async () => {
    await startFor(name);
    insert({ dltTemplateId: value });
    insert({ name: 'Another' });
    const query = '{ campaigns(first: 5) { edges { node { name } } } }';
    const { data, errors } = await ask<{
      campaigns: { edges: readonly { node: { name: string } | null }[] };
    }>(both.gateway, query);
    const names = data?.campaigns.edges.map(({ node }) => node?.name);
    expect(names).toContain('Another');
    expect(codesOf(errors)).toEqual(name === 'unreadable' ? ['UPSTREAM_INVALID_RESPONSE'] : []);
  });
});

describe('after an unknown outcome', () => {
  it('of `lost`, a repeat with the key creates the campaign, once', async () => {
    const { gateway, sandbox } = await start();
    const input = { ...keyed, lists: ['list-lost'] };
    expect((await create(gateway, input)).codes).toEqual(['OUTCOME_UNKNOWN']);
    nowMs += 31_000;
    expect([await createdSid(gateway, input)]).toEqual(sidsOf(sandbox));
  });

  it('of `lost-done`, a repeat with the key finds the campaign without a second POST', async () => {
    const { gateway, sandbox } = await start();
    const input = { ...keyed, lists: ['list-lost-done'] };
    expect((await create(gateway, input)).codes).toEqual(['OUTCOME_UNKNOWN']);
    nowMs += UNREADABLE_MS;
    expect([await createdSid(gateway, input)]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(1);
  });
});

const control = async (method: 'GET' | 'POST' | 'DELETE', body?: unknown, headers = {}) => {
  const answer = await request(`${both.sandbox.baseUrl}/sandbox/faults`, {
    method,
    headers,
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: answer.statusCode, body: (await answer.body.json()) as Record<string, unknown> };
};
const order = async (body: unknown) => {
  const { status, body: view } = await control('POST', body);
  expect(status).toBe(200);
  return view;
};

describe('lost callbacks', () => {
  it.each(['list-lost-callbacks', 'by the control address'])(
    '%s: others come, these do not',
    async (list) => {
      const receiver = await CallbackReceiver.start();
      const { sandbox } = await start({ sandbox: { callbacks: {}, control: true } });
      const begin = (name: string, lists: string[]) =>
        sandbox.state.insert({ ...diwaliAlready, name, lists, smsStatusCallback: receiver.url(`/${name}`) });
      if (list === 'list-lost-callbacks') begin('lost', [list]);
      else {
        await order({ fault: 'lost-callbacks', seconds: 3_600 });
        begin('lost', ['any']);
        nowMs += 3_599_000;
        sandbox.state.campaigns();
        await new Promise((resolve) => setTimeout(resolve, 250)); // two polls of the sandbox's own timer
        nowMs += 1_000;
      }
      const { audience } = begin('others', ['any']);
      nowMs += 3_600_000;
      await eventually(() => receiver.at('/others').length === audience);
      expect(receiver.at('/lost')).toEqual([]);
      await receiver.stop();
    },
  );
});

describe('the embedded sandbox', () => {
  it('has the values', async () => {
    const gateway = await startGateway(readConfig({ PORT: '0', LOG_LEVEL: 'silent' }));
    const query = `mutation ($input: CreateCampaignInput!) {
      createCampaign(input: $input) { campaign { sid } userErrors { code } } }`;
    const input = { ...validInput, lists: ['list-rejected'] };
    const { data } = await ask(gateway, query, { variables: { input } });
    await gateway.close();
    expect(data).toEqual({
      createCampaign: { campaign: null, userErrors: [{ code: 'REJECTED_BY_UPSTREAM' }] },
    });
  });
});

describe('the control address', () => {
  const startControlled = () =>
    start({ sandbox: { control: true }, gateway: { environment: { CACHE: 'off' } } });

  it('is off unless the sandbox runs alone', async () => {
    await start();
    expect((await control('POST', { fault: 'down' })).status).toBe(401);
    expect((await control('GET')).status).toBe(401);
  });

  it.each<[FaultName, string]>([
    ['rejected', 'UPSTREAM_FORBIDDEN'],
    ['rate-limited', 'UPSTREAM_RATE_LIMITED'],
    ['down', 'UPSTREAM_UNAVAILABLE'],
    ['unreadable', 'UPSTREAM_INVALID_RESPONSE'],
  ])('orders %s for all campaigns until it is ended', async (fault, code) => {
    await startControlled();
    const sid = insert({});
    expect((await read(sid)).codes).toEqual([]);
    expect(await order({ fault })).toMatchObject({ fault, callsLeft: null, values: TEST_VALUES });
    expect((await read(sid)).codes).toEqual([code]);
    expect((await control('DELETE')).body).toMatchObject({ fault: null });
    nowMs += 60_000; // the gateway's own waiting is over
    expect((await read(sid)).codes).toEqual([]);
  });

  it('ends by itself after some seconds, one minute by default', async () => {
    await startControlled();
    const sid = insert({});
    await order({ fault: 'rejected', seconds: 5 });
    nowMs += 4_999;
    expect((await read(sid)).codes).toEqual(['UPSTREAM_FORBIDDEN']);
    nowMs += 1;
    expect((await read(sid)).codes).toEqual([]);
    await order({ fault: 'rejected' });
    nowMs += 59_999;
    expect((await control('GET')).body['fault']).toBe('rejected');
    nowMs += 1;
    expect((await control('GET')).body['fault']).toBeNull();
  });

  it('ends after some calls, and counts those of its operations only', async () => {
    await startControlled();
    const sid = insert({});
    await order({ fault: 'rejected', operations: ['read'], calls: 2 });
    expect((await change(both.gateway, 'update', sid)).name).toBeUndefined(); // it reads first
    expect((await read(sid)).codes).toEqual(['UPSTREAM_FORBIDDEN']);
    expect((await read(sid)).codes).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['no JSON', 'down'],
    ['no object', []],
    ['an unknown failure', { fault: 'broken' }],
    ['a failure that every object has', { fault: 'toString' }],
    ['an unknown operation', { fault: 'down', operations: ['delete'] }],
    ['no operation', { fault: 'down', operations: [] }],
    ['too many seconds', { fault: 'down', seconds: 3_601 }],
    ['no seconds', { fault: 'down', seconds: 0 }],
    ['a text for a number', { fault: 'down', calls: '3' }],
    ['an unknown key', { fault: 'down', minutes: 3 }],
  ])('refuses %s', async (_what, body) => {
    await startControlled();
    const answer = await control('POST', body);
    expect([answer.status, typeof answer.body['error']]).toEqual([400, 'string']);
    expect((await control('GET')).body['fault']).toBeNull();
  });

  it('refuses web pages', async () => {
    await startControlled();
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }])
      expect((await control('POST', { fault: 'down' }, headers)).status).toBe(403);
    expect((await control('GET')).body['fault']).toBeNull();
  });
});
