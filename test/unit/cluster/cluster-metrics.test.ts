import { expect, it } from '@jest/globals';
import { Counter, Gauge, Registry } from 'prom-client';
import { ClusterMetrics } from '../../../src/cluster/cluster-metrics.js';

/** A worker with this count. */
function worker(count: number) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(count);
  return { figures: () => registry.getMetricsAsJSON() };
}

const counted = (text: string): number => Number(/^things_total (\d+)$/m.exec(text)?.[1]);

it('counts of exited workers stay in the sum, also for concurrent scrapes', async () => {
  const metrics = new ClusterMetrics();
  const [first, second, stays] = [worker(100), worker(200), worker(5)];
  for (const each of [first, second, stays]) metrics.add(each);
  expect(counted(await metrics.text())).toBe(305);
  metrics.remove(first);
  metrics.remove(second);
  const atOnce = await Promise.all([metrics.text(), metrics.text(), metrics.text()]);
  expect(atOnce.map(counted)).toEqual([305, 305, 305]);
  expect(counted(await metrics.text())).toBe(305);
});

it('counts of a worker that exits during a scrape stay in the sum', async () => {
  const metrics = new ClusterMetrics();
  const [first, second, stays] = [worker(100), worker(200), worker(5)];
  for (const each of [first, second, stays]) metrics.add(each);
  await metrics.text();
  metrics.remove(first);
  let isAsked = (): void => undefined;
  const asked = new Promise<void>((resolve) => (isAsked = resolve));
  const slow = worker(1000);
  metrics.add({
    figures: async () => {
      isAsked();
      metrics.remove(second);
      return slow.figures();
    },
  });
  const asking = metrics.text();
  await asked;
  expect(counted(await asking)).toBe(1305);
  expect(counted(await metrics.text())).toBe(1305);
});

it('concurrent scrapes share one query of each worker', async () => {
  const metrics = new ClusterMetrics();
  const { figures } = worker(5);
  let requests = 0;
  metrics.add({
    figures: () => {
      requests += 1;
      return figures();
    },
  });
  await Promise.all(Array.from({ length: 50 }, () => metrics.text()));
  expect(requests).toBe(1);
  expect(counted(await metrics.text())).toBe(5);
  expect(requests).toBe(2);
});

it('a worker that does not respond counts with its last figures', async () => {
  const metrics = new ClusterMetrics();
  const { figures } = worker(5);
  let isAnswering = true;
  metrics.add({ figures: () => (isAnswering ? figures() : Promise.reject(new Error('late'))) });
  metrics.add(worker(7));
  expect(counted(await metrics.text())).toBe(12);
  isAnswering = false;
  expect(counted(await metrics.text())).toBe(12);
});

it('gauges of an exited worker are removed', async () => {
  const metrics = new ClusterMetrics();
  const registry = new Registry();
  new Gauge({ name: 'open', help: 'Open things.', registers: [registry] }).set(3);
  const gone = { figures: () => registry.getMetricsAsJSON() };
  metrics.add(gone);
  expect(await metrics.text()).toContain('open 3');
  metrics.remove(gone);
  expect(await metrics.text()).not.toContain('open 3');
});
