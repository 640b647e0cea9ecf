import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  campaignCallback,
  createWithCallbacks,
  subscribeToMessages,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';

let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;
let pool: Pool;

beforeAll(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ gateway } = await setup({
    sandbox: { clock: () => at },
    gateway: { environment: { ...callbackSettings, LOG_LEVEL: 'warn' } },
  }));
  pool = new Pool(gateway.url, { connections: 50, pipelining: 1 });
});
beforeEach(async () => {
  one = await createWithCallbacks(gateway);
});
afterAll(async () => {
  await pool.close();
});

/** Each of 15 kB, they would take 15 MB if what they say were kept. */
const callbacks = 1000;

/** Posts so many callbacks, fifty at a time. @returns how many were answered with each status. */
async function flood(url: string, body: (index: number) => unknown): Promise<Record<number, number>> {
  const answered: Record<number, number> = {};
  const path = new URL(url).pathname;
  const indexes = Array.from({ length: callbacks }, (_, index) => index).values();
  const post = async (): Promise<void> => {
    for (const index of indexes) {
      const answer = await pool.request({ method: 'POST', path, body: JSON.stringify(body(index)) });
      await answer.body.dump();
      answered[answer.statusCode] = (answered[answer.statusCode] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 50 }, post));
  return answered;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What of the heap is in use, garbage aside. On Node 24 keys of objects are freed by the second collection. */
function heldBytes(): number {
  for (let collections = 0; collections < 3; collections += 1) collect();
  return process.memoryUsage().heapUsed;
}

const megabytes = 1024 * 1024;

it.each<[what: string, status: number, url: () => string, body: (index: number) => unknown]>([
  [
    'messages with sids as long as they may be',
    200,
    () => one.messageUrl,
    (index) => messageCallback(one.sid, `${index}`.padEnd(128, 'x'), 'sent'),
  ],
  [
    'messages with sids of 15 kB',
    400,
    () => one.messageUrl,
    (index) => messageCallback(one.sid, `${index}`.padEnd(15_000, 'x'), 'sent'),
  ],
  [
    'campaigns with sids of 15 kB',
    400,
    () => one.campaignUrl,
    (index) => campaignCallback(`${index}`.padEnd(15_000, 'x'), 'in-progress'),
  ],
  [
    'campaigns that were updated at times of 15 kB',
    200,
    () => one.campaignUrl,
    (index) => ({ ...campaignCallback(one.sid, 'completed'), date_updated: `${index}`.padEnd(15_000, 'x') }),
  ],
  [
    'messages with keys that nobody knows',
    200,
    () => one.messageUrl,
    (index) => ({ ...messageCallback(one.sid, 'the same', 'sent'), [`k${index}`.padEnd(15_000, 'x')]: 1 }),
  ],
])('1,000 callbacks with %s take at most 8 MB of memory', async (_what, status, url, body) => {
  const subscriber = await subscribeToMessages(gateway, 'ws', one.sid);
  const before = heldBytes();
  expect(await flood(url(), body)).toEqual({ [status]: callbacks });
  await subscriber.close();
  expect(heldBytes() - before).toBeLessThan(8 * megabytes);
});
