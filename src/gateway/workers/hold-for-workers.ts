import { MemoryBook } from '../../datasources/state/memory-book.js';
import { MemoryReadings } from '../../datasources/state/memory-readings.js';
import { MemoryState } from '../../datasources/state/memory-state.js';
import { MemoryCounts } from '../../server/limits/request-counts.js';
import { AllWorkersMetrics } from '../../server/metrics/all-workers-metrics.js';
import { type Line } from '../../workers/line.js';
import { Relay } from '../../workers/relay.js';
import { type MemoryBudget } from '../memory-budget.js';
import { type ServedByPrimary, type ServedByWorker, type SharedSettings } from './served.js';

/**
 * What the primary process holds for its workers.
 * @param memory bounds on the heap of this process.
 * @returns lets a worker ask for it, and answers what is to be done when that one has ended.
 */
export function holdForWorkers(
  settings: SharedSettings,
  memory: Pick<MemoryBudget, 'sharedEntries' | 'state'>,
): (line: Line<ServedByWorker>) => () => void {
  const now = (): number => performance.now(); // spans only: nobody sets it back
  const relay = new Relay();
  const metrics = new AllWorkersMetrics();
  const held: Omit<ServedByPrimary, 'bus' | 'report'> = {
    settings: { read: () => settings },
    state: new MemoryState(now, memory.state),
    readings: new MemoryReadings(now, memory.sharedEntries),
    book: new MemoryBook(now),
    requests: new MemoryCounts(),
    pulse: { beat: () => undefined },
    metrics: { text: () => metrics.text() },
  };
  return (line) => {
    for (const [name, thing] of Object.entries(held)) line.serve(name, thing);
    const hearer = {
      heard: (topic: string, text: string): void => void line.tell('bus', 'heard', topic, text),
    };
    line.serve('bus', relay.join(hearer));
    line.onSaidAgain(() => void line.tell('bus', 'missed'));
    const worker = { figures: () => line.remote('metrics').figures() };
    metrics.joined(worker);
    return () => {
      relay.leave(hearer);
      metrics.left(worker);
    };
  };
}
