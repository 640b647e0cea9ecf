import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aCampaign, type Item, SandboxUnderTest } from '../sandbox-under-test.js';

type Failed = Item<null>;

let test: SandboxUnderTest;
beforeAll(async () => {
  test = await SandboxUnderTest.start();
});
afterAll(async () => {
  await test.stop();
});

describe('a request without access', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

  it.each([
    ['no credentials', ''],
    ['a wrong token', basic('key:wrong')],
    ['a wrong key', basic('wrong:token')],
    ['another scheme', 'Bearer token'],
  ])('with %s gets 401 with code 1010', async (_, authorization) => {
    const received = await test.ask<Failed>('GET', '/any', { headers: { authorization } });
    expect(received.status).toBe(401);
    expect(received.body.http_code).toBe(401);
    expect(received.body.response).toMatchObject({ code: 401, status: 'failure', data: null });
    expect(received.body.response.error_data?.code).toBe(1010);
  });

  it('to another account gets 403 with code 1003', async () => {
    const received = await test.ask<Failed>('GET', '/any', { account: 'someone' });
    expect([received.status, received.body.response.error_data?.code]).toEqual([403, 1003]);
  });

  it.each([
    ['GET', '/sid/unknown'],
    ['DELETE', ''],
    ['PATCH', '/sid'],
  ])('to the unknown route %s %s gets 404 with code 1000', async (method, path) => {
    const received = await test.ask<Failed>(method, path);
    expect([received.status, received.body.response.error_data?.code]).toEqual([404, 1000]);
  });

  it.each([
    ['GET', '/nothing', undefined],
    ['PUT', '/nothing', { action: 'pause' }],
    ['GET', '/nothing/message-details?channel=sms', undefined],
  ])('for an unknown campaign (%s %s) gets 404 with code 1000', async (method, path, body) => {
    const received = await test.ask<Failed | Failed[]>(method, path, { body });
    const item = [received.body.response].flat()[0];
    expect([received.status, item?.code, item?.error_data?.code, item?.data]).toEqual([404, 404, 1000, null]);
  });
});

describe('a malformed body', () => {
  it.each(['{', '', '[]', '"text"', 'null'])('gets 400 with code 1007: %j', async (body) => {
    const received = await test.ask<Failed[]>('POST', '', { body });
    expect([received.status, received.body.response[0]?.error_data?.code]).toEqual([400, 1007]);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'application/jsonp'])(
    'of the type %s gets 415 with code 1011',
    async (type) => {
      const asking = { body: aCampaign(), headers: { 'content-type': type } };
      const received = await test.ask<Failed[]>('POST', '', asking);
      expect([received.status, received.body.response[0]?.error_data?.code]).toEqual([415, 1011]);
    },
  );
});

it('the call log has the request and the response of every call', async () => {
  await test.ask('POST', '?trace=1', { body: { smscampaigns: {} } });
  expect(test.sandbox.calls.at(-1)).toEqual({
    method: 'POST',
    path: '/v2/accounts/exotel/message-campaigns',
    query: { trace: '1' },
    at: test.now,
    status: 400,
    body: { smscampaigns: {} },
  });
});
