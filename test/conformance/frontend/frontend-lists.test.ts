import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import {
  type Connection,
  type FetchModule,
  left,
  type Operations,
  showUrql,
  watch,
} from '../../support/frontend/frontend-clients.js';
import { type FrontendPage, startFrontendPage } from '../../support/frontend/frontend-page.js';
import { until } from '../../support/clients/subscribing.js';
import { validInput } from '../../support/writing/valid-input.js';

let page: FrontendPage;
let app: FrontendPage['app'];

beforeAll(async () => {
  page = await startFrontendPage();
  ({ app } = page);
});
afterAll(() => page.close());
beforeEach(() => {
  Object.assign(globalThis, { WebSocket }); // as in a browser; Node 20 has none
});
afterEach(() => {
  for (const leave of left.splice(0)) leave();
  Reflect.deleteProperty(globalThis, 'WebSocket');
});

/** A campaign that stays as it is. */
const paused = (): string =>
  page.sandbox.state.insert({ status: 'paused', audience: 300, startsAt: Date.now() - 86_400_000 }).sid;
const inDays = (days: number): number => Date.now() + days * 86_400_000;
const ids = (list?: Connection) => list?.edges.map(({ node }) => node?.id);
/** The first rows of the list, as the gateway has them. */
async function firstOf(first: number) {
  const { send } = await app.plain.load<FetchModule>('fetch');
  const { CampaignsDocument } = await app.plain.load<Operations>('operations');
  return (await send(CampaignsDocument, { first })).data?.campaigns;
}
const callsForLists = () =>
  page.sandbox.calls.filter(({ method, path }) => method === 'GET' && path.endsWith('/message-campaigns'));

/** Shows three pages of a list, and two of messages. */
async function showPages() {
  const shown = await showUrql(app.plain, paused());
  const rows = () => shown.list()?.edges.length ?? 0;
  await until(() => rows() >= 20 && shown.campaign() != null, 60_000, 'the first page');
  while (rows() < 60) await shown.more(); // an earlier test may have loaded some
  await shown.moreMessages();
  expect([rows(), shown.campaign()?.messages?.edges.length]).toEqual([60, 100]);
  return shown;
}

describe('urql', () => {
  it('reads all pages again after a lost connection', async () => {
    const shown = await showPages();
    const created: string[] = [];
    await page.restart('open', () => {
      for (const days of [600, 601])
        created.unshift(page.sandbox.state.insert({ startsAt: inDays(days) }).sid);
      return Promise.resolve();
    });
    await until(() => ids(shown.list())?.[0] === created[0], 60_000, 'the list of the new connection');
    const first = await firstOf(60);
    expect([ids(shown.list())?.slice(0, 2), ids(shown.list())]).toEqual([created, ids(first)]);
    expect(shown.list()?.totalCount).toBe(first?.totalCount);
    expect(shown.campaign()?.messages?.edges).toHaveLength(100);
  });

  it('keeps all pages of a list after a create, each row once, and reads them as one', async () => {
    const shown = await showPages();
    const before = callsForLists().length;
    const schedule = { startTime: new Date(inDays(700)).toISOString() };
    const { campaign } = await shown.createCampaign({ ...validInput, name: 'seen by urql', schedule });
    await until(() => ids(shown.list())?.includes(campaign?.id) ?? false, 60_000, 'the new row');
    expect(callsForLists().length - before).toBe(2); // of 50 rows at most
    const first = await firstOf(60);
    expect([ids(shown.list())?.[0], ids(shown.list())]).toEqual([campaign?.id, ids(first)]);
    expect(shown.list()?.totalCount).toBe(first?.totalCount);
    await shown.more();
    expect(ids(shown.list())).toEqual(ids(await firstOf(80)));
  });
});

describe('the live connection', () => {
  it.each([
    { how: 'WebSocket', of: () => app.tokens },
    { how: 'event streams', of: () => app.events },
  ])('reports one loss of several subscriptions once, over $how', async ({ of }) => {
    const both = [await watch(of(), paused()), await watch(of(), paused())];
    const haveEvents = (count: number) => () => both.every(({ results }) => results.length >= count);
    await until(haveEvents(1), 60_000, 'the first events');
    await page.restart('tokens', () => Promise.resolve());
    await until(haveEvents(2), 60_000, 'the first events of the new connections');
    await until(
      () => both.every(({ reconnected }) => reconnected() > 0),
      60_000,
      'the call of `onReconnect`',
    );
    expect(both.map(({ reconnected }) => reconnected())).toEqual([1, 1]);
  });
});
