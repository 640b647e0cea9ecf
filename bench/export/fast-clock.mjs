/**
 * Preloaded by `--import`: clocks and timers of this process run `CLOCK_FACTOR` times as fast since `CLOCK_BEGAN_MS`.
 * Processes with the same two variables show the same time.
 */
import { syncBuiltinESMExports } from 'node:module';
import { performance } from 'node:perf_hooks';
import timers from 'node:timers';
import timersPromises from 'node:timers/promises';

const factor = Number(process.env.CLOCK_FACTOR);
const beganMs = Number(process.env.CLOCK_BEGAN_MS);
const { now: machineNow } = Date;
const steadyNow = performance.now.bind(performance);
const now = () => Math.round(beganMs + (machineNow() - beganMs) * factor);

globalThis.Date = class extends Date {
  constructor(...parts) {
    super(...(parts.length === 0 ? [now()] : parts));
  }

  static now() {
    return now();
  }
};
Object.defineProperty(performance, 'now', { value: () => steadyNow() * factor });

for (const name of ['setTimeout', 'setInterval']) {
  const original = timers[name];
  const fast = (callback, ms = 0, ...more) => original(callback, ms / factor, ...more);
  fast[Symbol.for('nodejs.util.promisify.custom')] = (ms, ...more) => timersPromises[name](ms, ...more);
  globalThis[name] = timers[name] = fast;
  const promised = timersPromises[name];
  timersPromises[name] = (ms = 0, ...more) => promised(ms / factor, ...more);
}
syncBuiltinESMExports();
