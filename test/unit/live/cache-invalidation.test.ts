import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { EndpointQueue, maximumPending } from '../../../src/live/cache-invalidation.js';
import { type RouterCache, startRouterCache } from '../../support/programs/router-cache.js';
import { until } from '../../support/clients/subscribing.js';

let router: RouterCache;
let queue: EndpointQueue;
let dispatcher: Agent;
/** Ends the current pause. */
let wake: () => void;

beforeEach(async () => {
  router = await startRouterCache();
  dispatcher = new Agent();
  queue = new EndpointQueue(new URL(router.endpoint), dispatcher, {
    key: 'the key of the router',
    subgraph: 'campaigns',
    sleep: () =>
      new Promise<void>((resolve) => {
        wake = resolve;
      }),
    telemetry: { cacheInvalidated: () => undefined },
  });
});
afterEach(async () => {
  router.behaviour = 'up';
  await queue.close();
  await dispatcher.destroy();
  await router.close();
});

const kinds = (): unknown[] => router.seen.flatMap(({ requests }) => requests.map(({ kind }) => kind));

it('sends equal tags that wait once, and 500 in a request', async () => {
  for (let times = 0; times < 3; times += 1)
    for (let sid = 0; sid < 1200; sid += 1) queue.add([`campaign-${sid}`]);
  wake();
  await until(() => kinds().length === 1200);
  expect(router.seen.map(({ requests }) => requests.length)).toEqual([500, 500, 200]);
});

it('removes all entries of the subgraph instead of more than it can remember', async () => {
  for (let sid = 0; sid <= maximumPending; sid += 1) queue.add([`campaign-${sid}`]);
  queue.add(['campaign-later']);
  wake();
  await until(() => router.seen.length > 0);
  expect(router.seen[0]?.requests).toEqual([{ kind: 'subgraph', subgraph: 'campaigns' }]);
});

it('remembers no more while the endpoint is down', async () => {
  router.behaviour = 503;
  queue.add(['campaign-a']);
  wake();
  await until(() => router.seen.length === 1);
  for (let sid = 0; sid <= maximumPending; sid += 1) queue.add([`campaign-${sid}`]);
  router.behaviour = 'up';
  await until(() => {
    wake();
    return kinds().includes('subgraph');
  });
  expect(router.seen).toHaveLength(2);
});

it('sends a tag again that was added while it was being sent', async () => {
  router.behaviour = 'silent';
  queue.add(['campaign-a']);
  wake();
  await until(() => router.seen.length === 1);
  router.behaviour = 'up';
  queue.add(['campaign-a']);
  await until(() => {
    wake();
    return router.seen.length >= 2;
  });
});
