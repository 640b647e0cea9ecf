import { AccountLedger } from '../../datasources/state/account-ledger.js';
import { PrimaryBook } from '../../datasources/state/primary-book.js';
import { PrimaryBus } from '../../datasources/state/primary-bus.js';
import { PrimaryReadings } from '../../datasources/state/primary-readings.js';
import { PrimaryState } from '../../datasources/state/primary-state.js';
import { type PrimaryStore } from '../../datasources/state/primary-store.js';
import { StoreHealth } from '../../datasources/state/store-health.js';
import { type Line } from '../../workers/line.js';
import { type ServedByPrimary, type ServedByWorker } from './served.js';

/** What opening it needs. */
export interface WorkerStateOptions {
  readonly primary: Line<ServedByPrimary>;
  /** Told why the primary gave no answer. */
  readonly onTrouble: (error: Error) => void;
  /** Of a call to the upstream. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the workers of one primary process share. */
export function openWorkerState({ primary, onTrouble, timeoutMs, now }: WorkerStateOptions) {
  const pulse = primary.remote('pulse');
  const health = new StoreHealth<PrimaryStore>({
    store: { readings: primary.remote('readings'), book: primary.remote('book') },
    isOpen: () => primary.isOpen,
    ping: () => pulse.beat(),
    onTrouble,
  });
  health.probe();
  const bus = new PrimaryBus({
    isOpen: () => primary.isOpen,
    say: (topic, text) => void primary.tell('bus', 'say', topic, text),
    onSaidAgain: (listener) => {
      primary.onSaidAgain(listener);
    },
  });
  const ears: ServedByWorker['bus'] = bus;
  primary.serve('bus', ears);
  return {
    bus,
    state: new PrimaryState(primary.remote('state'), onTrouble),
    readings: new PrimaryReadings(health),
    ledger: new AccountLedger({ book: new PrimaryBook(health), health, timeoutMs, now }),
    counts: primary.remote('requests'),
    ready: (withinMs: number) => health.ready(withinMs),
    close: () => {
      health.close();
      bus.close();
    },
  };
}
