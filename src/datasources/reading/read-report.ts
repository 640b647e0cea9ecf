import { type Asker, type Trail } from '../../domain/trail.js';
import { UsedReadings } from './used-readings.js';

/** What one request cost: told to a client that asks for it. */
export class ReadReport implements Asker {
  /** Requests sent to the upstream, retries included. */
  calls = 0;
  /** Reads answered from what was read before, fresh or old. */
  fromCache = 0;
  /** Reads that joined a call which another request had under way. */
  shared = 0;
  /** For how long all that was read is as good as new; Infinity where nothing was read. */
  freshForMs = Infinity;
  /** Whether numbers and texts of people were asked for. */
  hasMessages = false;
  /** What the answer is made of. */
  readonly used = new UsedReadings();
  readonly trail: Trail | undefined;

  /** @param trail of the request; undefined for what nobody asked for. */
  constructor(trail?: Trail) {
    this.trail = trail;
  }
}
