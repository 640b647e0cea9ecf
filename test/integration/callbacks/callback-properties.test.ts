import { beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { request } from 'undici';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  createWithCallbacks,
  subscribeToCampaign,
  subscribeToMessages,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { runsOf } from '../../support/property-runs.js';

let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;

beforeAll(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ gateway } = await setup({ sandbox: { clock: () => at }, gateway: { environment: callbackSettings } }));
  one = await createWithCallbacks(gateway);
});

/** Text of every character, halves of surrogate pairs too. */
const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
});
const anyJson = fc.oneof(
  fc.jsonValue(),
  anyText,
  fc.constantFrom<unknown>('sent', 'Delivered', '2026-01-01 00:00:00', 5),
);
const anyKey = fc.constantFrom(
  ...['campaign_sid', 'CampaignSid', 'sms_sid', 'SmsSid', 'status', 'Status', 'number', 'To', 'date_sent'],
  ...['DeliveredAt', 'reports', 'report_url', '__proto__', 'constructor', 'novel'],
);
/** Anything, and a sound callback with a few of its fields set to anything. */
const anyBody = fc.oneof(
  anyJson,
  fc.dictionary(anyKey, anyJson, { maxKeys: 4 }),
  fc
    .dictionary(anyKey, anyJson, { maxKeys: 3 })
    .map((changes) => ({ ...messageCallback(one.sid, 'm', 'sent'), ...changes })),
);
const asForm = (body: unknown): string =>
  new URLSearchParams(
    Object.entries(Object(body) as object).map(([name, value]): [string, string] => [
      name,
      JSON.stringify(value),
    ]),
  ).toString();
const anyBytes = fc.oneof(
  anyBody.map((body) => JSON.stringify(body)),
  anyBody.map(asForm),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
);
const anyType = fc.oneof(
  fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=b'),
  fc.constantFrom('application/json; charset=utf-16', 'text/plain; charset=x-user-defined', 'nothing'),
  anyText.map((text) => text.replaceAll(/[^\x20-\x7e]/g, '')),
);

it('any body with any content type posted to a valid webhook address is accepted or refused, never a 5xx', async () => {
  await subscribeToCampaign(gateway, 'ws', one.sid);
  await subscribeToMessages(gateway, 'ws', one.sid);
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(anyBytes, anyType, fc.boolean(), async (body, type, isOfMessage) => {
      const url = isOfMessage ? one.messageUrl : one.campaignUrl;
      const answer = await request(url, { method: 'POST', body, headers: { 'content-type': type } });
      await answer.body.dump();
      statuses.add(answer.statusCode);
      expect([200, 400, 404]).toContain(answer.statusCode); // 404: of a campaign that calls back elsewhere
    }),
    { numRuns: runsOf(300) },
  );
  expect(statuses.has(200) && statuses.has(400)).toBe(true);
  expect(gateway.logs.filter((line) => line.includes('"level":50'))).toEqual([]);
});
