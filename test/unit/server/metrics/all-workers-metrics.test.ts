import { expect, it } from '@jest/globals';
import { Counter, Registry } from 'prom-client';
import { AllWorkersMetrics } from '../../../../src/server/metrics/all-workers-metrics.js';

/** A worker that has counted so much. */
function worker(count: number) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(count);
  return { figures: () => registry.getMetricsAsJSON() };
}

const counted = (text: string): number => Number(/^things_total (\d+)$/m.exec(text)?.[1]);

it('what workers had counted that ended stays in every sum, however many ask at once', async () => {
  const metrics = new AllWorkersMetrics();
  const [first, second, stays] = [worker(100), worker(200), worker(5)];
  for (const each of [first, second, stays]) metrics.joined(each);
  expect(counted(await metrics.text())).toBe(305);
  metrics.left(first);
  metrics.left(second);
  const atOnce = await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
  expect(atOnce.map(counted)).toEqual([305, 305, 305]);
  expect(counted(await metrics.text())).toBe(305);
});

it('nor is one lost that ends while others are asked', async () => {
  const metrics = new AllWorkersMetrics();
  const [first, second, stays] = [worker(100), worker(200), worker(5)];
  for (const each of [first, second, stays]) metrics.joined(each);
  await metrics.text();
  metrics.left(first);
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const slow = worker(1000);
  metrics.joined({
    figures: async () => {
      isAsked();
      metrics.left(second);
      return slow.figures();
    },
  });
  const asking = metrics.text();
  await asked;
  expect(counted(await asking)).toBe(1305);
  expect(counted(await metrics.text())).toBe(1305);
});
