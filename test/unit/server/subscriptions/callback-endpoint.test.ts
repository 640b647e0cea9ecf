import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { LargeEvents } from '../../../../src/server/subscriptions/callback-endpoint.js';

/** Sends events that a router takes when `take` is called. */
function slowRouter(events: LargeEvents) {
  const underWay: (() => void)[] = [];
  let bytes = 0;
  const send = (content: object): Promise<void> =>
    events.inTurn(content, async (body) => {
      bytes += body.length;
      await new Promise<void>((resolve) => underWay.push(resolve));
      bytes -= body.length;
    });
  return { send, underWay, bytes: () => bytes };
}

const large = (letter: string) => ({ text: letter.repeat(100_000) }); // three bytes each

it('large events wait until routers have taken earlier ones, and small ones do not', async () => {
  const router = slowRouter(new LargeEvents(700_000));
  const sent = [large('म'), large('भ'), large('स')].map(router.send);
  await setImmediate();
  const small = router.send({ text: 'small' });
  await setImmediate();
  expect([router.underWay.length, router.bytes() < 700_000]).toEqual([3, true]); // two large ones, and the small one
  router.underWay[0]?.();
  await setImmediate();
  expect([router.underWay.length, router.bytes() < 700_000]).toEqual([4, true]);
  for (const take of router.underWay) take();
  await Promise.all([...sent, small]);
  expect(router.bytes()).toBe(0);
});

it('an event that is larger than the bound is sent alone; without a bound none waits', async () => {
  const bounded = slowRouter(new LargeEvents(200_000));
  const two = [large('म'), large('भ')].map(bounded.send);
  await setImmediate();
  expect(bounded.underWay).toHaveLength(1);
  bounded.underWay[0]?.();
  await setImmediate();
  bounded.underWay[1]?.();
  await Promise.all(two);
  const unbounded = slowRouter(new LargeEvents(0));
  const all = [large('म'), large('भ')].map(unbounded.send);
  await setImmediate();
  expect(unbounded.underWay).toHaveLength(2);
  for (const take of unbounded.underWay) take();
  await Promise.all(all);
});

it('an event that could not be sent gives its bytes back', async () => {
  const events = new LargeEvents(400_000);
  const failing = events.inTurn(large('म'), () => Promise.reject(new Error('gone')));
  await expect(failing).rejects.toThrow('gone');
  const router = slowRouter(events);
  const sent = router.send(large('म'));
  await setImmediate();
  expect(router.underWay).toHaveLength(1);
  router.underWay[0]?.();
  await sent;
});
