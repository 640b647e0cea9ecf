import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { cases } from '../../../../bench/cases.mjs';
import { readConfig } from '../../../../src/config/config.js';
import { type Gateway, startGateway } from '../../../../src/app/gateway.js';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { callsOf, countedCalls } from '../../../support/operations/counted-calls.js';
import { credentials } from '../../../support/gateway/gateway-under-test.js';

const times = 10;
const now = (): number => Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: Gateway;
let sid = '';

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: now });
  for (let row = 0; row < 25; row += 1)
    ({ sid } = sandbox.state.insert({ status: 'in-progress', audience: 120 }));
});
afterEach(() => gateway.close());
afterAll(() => sandbox.close());

/** A gateway as it is run, beside which nobody looks on. */
async function start(environment: Readonly<Record<string, string>>): Promise<void> {
  const { accountSid, apiKey, apiToken } = credentials;
  const config = readConfig({
    PORT: '0',
    LOG_LEVEL: 'silent',
    EXOTEL_RATE_LIMIT: '0',
    EXOTEL_BASE_URL: sandbox.baseUrl,
    EXOTEL_ACCOUNT_SID: accountSid,
    EXOTEL_API_KEY: apiKey,
    EXOTEL_API_TOKEN: apiToken,
    EXOTEL_CHECK: 'off',
    ...environment,
  });
  gateway = await startGateway(config, { now });
}

/** Asks so often what a screen asks, one after the other. */
async function ask(index: number, count: number): Promise<void> {
  const { query, variables } = cases[index] ?? {};
  for (let time = 0; time < count; time += 1) {
    const answer = await request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables: variables?.(sid) }),
    });
    expect(answer.statusCode).toBe(200);
    expect(await answer.body.json()).not.toHaveProperty('errors');
  }
}

const parser = /graphql\/language\/parser\.js$/;
const validator = /graphql\/validation\/rules\/FieldsOnCorrectTypeRule\.js$/;
const compiler = /graphql-jit\/dist\/execution\.js$/;
/** Whatever has to do with what a query asks. */
const ofGraphql =
  /node_modules\/(?:@apollo\/server|graphql|graphql-jit|type-graphql|dataloader)\/|src\/resolvers\//;

it('a document is parsed, validated and compiled once for any number of requests', async () => {
  await start({ CACHE: 'off' });
  const counted = await countedCalls(() => ask(0, times));
  expect(callsOf(counted, parser, /^parse$/)).toBe(1);
  expect(callsOf(counted, validator, /^FieldsOnCorrectTypeRule$/)).toBe(1);
  expect(callsOf(counted, compiler, /^compileQuery$/)).toBe(1);
});

it('a document is parsed and validated once over event streams too', async () => {
  await start({ CACHE: 'off' });
  const counted = await countedCalls(async () => {
    await ask(0, 2);
    for (let time = 0; time < times; time += 1) {
      const { query, variables } = cases[0] ?? {};
      const answer = await request(`${gateway.url}/graphql/stream`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query, variables: variables?.(sid) }),
      });
      expect(await answer.body.text()).toContain(`"sid":"${sid}"`);
    }
  });
  expect(callsOf(counted, parser, /^parse$/)).toBe(1);
  expect(callsOf(counted, validator, /^FieldsOnCorrectTypeRule$/)).toBe(1);
});

describe('a hit in the response cache', () => {
  it.each([0, 1, 2, 3])('runs no GraphQL and reads nothing (%#)', async (index) => {
    await start({});
    await ask(index, 3);
    const before = sandbox.calls.length;
    const counted = await countedCalls(() => ask(index, times));
    expect(sandbox.calls.length).toBe(before);
    expect(callsOf(counted, ofGraphql)).toBe(0);
    expect(callsOf(counted, /src\/datasources\/exotel\//)).toBe(0);
  });
});

/** Of the project's functions and of the libraries that a query goes through, for one answer. */
const ofWork =
  /^src\/(?!sandbox\/)|node_modules\/(?:@apollo\/server|graphql|graphql-jit|type-graphql|dataloader|zod|cockatiel|lru-cache|prom-client)\//;

/**
 * Calls as counted, and a few per cent for timers that fire meanwhile and for versions of Node and of libraries; a wrapper around
 * every field is more than that. About forty calls of each answer keep connections, unread bytes, bodies and hosts within their bounds.
 */
describe('a response takes no more upstream calls and function calls than recorded', () => {
  it.each([
    ['kept as bytes', {}, 0, 0, 115],
    ['kept as bytes', {}, 1, 0, 155],
    ['kept as bytes', {}, 2, 0, 115],
    ['kept as bytes', {}, 3, 0, 540],
    ['of readings that are kept', { ANSWERS_CACHE_BYTES: '0' }, 0, 0, 385],
    ['of readings that are kept', { ANSWERS_CACHE_BYTES: '0' }, 1, 0, 1400],
    ['of readings that are kept', { ANSWERS_CACHE_BYTES: '0' }, 2, 0, 2157],
    ['of readings that are kept', { ANSWERS_CACHE_BYTES: '0' }, 3, 0, 4700],
    ['read again', { CACHE: 'off' }, 0, 1, 645],
    ['read again', { CACHE: 'off' }, 1, 2, 3030],
    ['read again', { CACHE: 'off' }, 2, 1, 5800],
    ['read again', { CACHE: 'off' }, 3, 11, 10300],
  ])('%s, case %#: %j', async (_how, environment, index, upstreamCalls, functionCalls) => {
    await start(environment);
    await ask(index, 5);
    const before = sandbox.calls.length;
    const counted = await countedCalls(() => ask(index, times));
    expect((sandbox.calls.length - before) / times).toBe(upstreamCalls);
    expect(callsOf(counted, ofWork) / times).toBeLessThanOrEqual(functionCalls);
  });
});
