import { type ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ask } from '../../../support/clients/ask.js';
import { answerOf, createdSid, diwali, rowOf } from '../../../support/writing/creating.js';
import { type GatewayUnderTest, startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../../support/upstream/scripted-upstream.js';
import { until } from '../../../support/clients/subscribing.js';

const sid = 'the-new-one';
const message = { sid: 'm1', number: '+919876543210', status: 'sent', body: 'Hi' };
const missing = {
  status: 404,
  json: {
    request_id: 'r',
    http_code: 404,
    response: { code: 404, status: 'failure', error_data: { code: 1000, message: 'Not Found' }, data: null },
  },
};

let now: number;
/** The campaign as the upstream has it; undefined before it was created. */
let campaign: ReturnType<typeof rowOf> | undefined;
/** A read of messages that the test answers itself. */
let held: ServerResponse | undefined;
let isHolding: boolean;
let upstream: ScriptedUpstream;
let gateway: GatewayUnderTest;

beforeEach(async () => {
  now = Date.now();
  [campaign, held, isHolding] = [undefined, undefined, false];
  upstream = await startScriptedUpstream((request, response) => {
    const { method, target } = request;
    if (method === 'POST') return answerOf((campaign = rowOf(request)));
    if (target.includes('message-details')) {
      if (isHolding) {
        held = response;
        return undefined;
      }
      return campaign ? answerOf([message]) : missing;
    }
    if (!target.includes(sid)) return answerOf(campaign ? [campaign] : []);
    return campaign ? answerOf(campaign) : missing;
  });
  gateway = await startGatewayOn(upstream.baseUrl, {}, () => now);
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const name = `{ campaign(sid: "${sid}") { name } }`;
const messages = `{ campaign(sid: "${sid}") { messages(first: 2) { totalCount } } }`;
const otherMessages = `{ campaign(sid: "${sid}") { messages(first: 2, filter: { number: "+91" }) { totalCount } } }`;
const both = `{ campaign(sid: "${sid}") { name messages(first: 2) { totalCount } } }`;

/** Asks, and returns the answer with the calls that it cost. */
async function asked(query: string, headers: Record<string, string> = {}) {
  const before = upstream.seen.length;
  const { data } = await ask<{ campaign: unknown }>(gateway, query, { headers });
  return { campaign: data?.campaign, calls: upstream.seen.length - before };
}

/** Creates the campaign through a gateway that shares nothing with the tested one. */
async function createElsewhere(): Promise<void> {
  const elsewhere = await startGatewayOn(upstream.baseUrl);
  await createdSid(elsewhere, diwali);
  await elsewhere.close();
}

const unknown = (calls: number) => ({ campaign: null, calls });

describe('a sid that the upstream does not have is remembered for 3 s', () => {
  it.each([
    ['messages', messages],
    ['the campaign', name],
  ])('by a query for %s, for every other query', async (_what, first) => {
    expect(await asked(first)).toEqual(unknown(1));
    now += 3000;
    for (const query of [messages, otherMessages, name, both]) expect(await asked(query)).toEqual(unknown(0));
    now += 1;
    expect(await asked(messages)).toEqual(unknown(1));
  });

  it('by a query for both', async () => {
    expect(await asked(both)).toEqual(unknown(2));
    for (const query of [messages, name, both]) expect(await asked(query)).toEqual(unknown(0));
  });

  it('but not with no-cache, which finds a campaign that was created elsewhere', async () => {
    expect(await asked(messages)).toEqual(unknown(1));
    expect(await asked(messages, { 'cache-control': 'no-cache' })).toEqual(unknown(1));
    await createElsewhere();
    const found = { campaign: { messages: { totalCount: 1 } }, calls: 1 };
    expect(await asked(messages, { 'cache-control': 'no-cache' })).toEqual(found);
    expect(await asked(otherMessages)).toEqual(found);
  });
});

describe('a campaign that is created meanwhile is seen at once', () => {
  const seen = { campaign: { messages: { totalCount: 1 } }, calls: 1 };

  it('through this gateway', async () => {
    expect(await asked(messages)).toEqual(unknown(1));
    expect(await createdSid(gateway, diwali)).toBe(sid);
    expect(await asked(messages)).toEqual(seen);
  });

  it('while its messages are being read', async () => {
    isHolding = true;
    const reading = asked(messages);
    await until(() => held !== undefined);
    isHolding = false;
    expect(await createdSid(gateway, diwali)).toBe(sid);
    held?.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(missing.json));
    expect((await reading).campaign).toBeNull();
    expect(await asked(messages)).toEqual(seen);
    expect((await asked(name)).campaign).toEqual({ name: diwali.name });
  });

  it('if a list shows it', async () => {
    expect(await asked(messages)).toEqual(unknown(1));
    await createElsewhere();
    await ask(gateway, '{ campaigns { totalCount } }');
    expect(await asked(messages)).toEqual(seen);
  });
});

it('messages that can not be found do not hide a cached campaign', async () => {
  expect(await createdSid(gateway, diwali)).toBe(sid);
  const { campaign: before } = await asked(name);
  isHolding = true;
  const reading = asked(messages);
  await until(() => held !== undefined);
  isHolding = false;
  held?.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(missing.json));
  expect((await reading).campaign).toBeNull();
  expect((await asked(name)).campaign).toEqual(before);
});
