import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';

/** The clocks of the process, which suites share. */
const clocksOf = ({ setTimeout, setInterval, clearTimeout, clearInterval }) => ({
  now: Date.now,
  setTimeout,
  setInterval,
  clearTimeout,
  clearInterval,
});
const clocks = clocksOf(globalThis);

/** The realm of the process itself as Jest's test environment. See runtime.cjs. */
export default class ProcessEnvironment {
  constructor({ projectConfig }) {
    this.global = globalThis;
    this.moduleMocker = new ModuleMocker(globalThis);
    this.fakeTimers = null;
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
    this.console = globalThis.console;
    this.exit = process.exit;
  }

  async setup() {
    // Jest maps stacks by maps that it made; here Node does, by those that swc put into the modules.
    delete Error.prepareStackTrace;
    Error.stackTraceLimit = 100;
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    globalThis.console = this.console;
    process.exit = this.exit;
    this.#restoreClocks();
  }

  /** A clock that a suite has replaced for good would be that of all later suites of the process. */
  #restoreClocks() {
    const left = Object.entries(clocksOf(globalThis)).filter(([name, clock]) => clock !== clocks[name]);
    const { now, ...timers } = clocks;
    Object.assign(globalThis, timers);
    Date.now = now;
    if (left.length > 0)
      throw new Error(`The suite has not restored: ${left.map(([name]) => name).join(', ')}.`);
  }

  getVmContext() {
    return null;
  }

  exportConditions() {
    return ['node', 'node-addons'];
  }
}
