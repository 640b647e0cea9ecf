/* eslint-disable @typescript-eslint/no-require-imports -- Jest requires its runtime: it can't be an ES module */
const asyncHooks = require('node:async_hooks');
const { pathToFileURL } = require('node:url');

const testGlobals = Symbol.for('campaign-gateway.test-globals');
const eventHandlers = Symbol.for('EVENT_HANDLERS');
let suites = 0;

/**
 * The test or the hook that is running, to which Jest's circus attributes an uncaught error. Circus follows every promise to
 * know it (AsyncLocalStorage), for the sake of concurrent tests. There are none here, and on Node 20 that took a sixth of
 * the CPU of all suites. An error that arrives after its test counts against the next test, or against the suite.
 */
class RunningTest {
  #context;

  getStore() {
    return this.#context;
  }

  async run(context, callback) {
    const outer = this.#context;
    this.#context = context;
    try {
      return await callback();
    } finally {
      this.#context = outer;
    }
  }
}

/**
 * Jest's runtime for native modules: it imports a suite as Node would, in the realm of the process, where Jest's own
 * evaluates all sources and libraries anew in a context for every suite. That was a second of CPU a suite, and every
 * one of them ran on code that was never optimised. Suites share the modules of src and node_modules, and nothing else
 * (typescript-hooks.mjs); there are no module mocks.
 */
module.exports = class NativeRuntime {
  #environment;

  constructor(_config, environment) {
    this.#environment = environment;
  }

  requireInternalModule(path) {
    // Jest's circus keeps the state of a suite in its module and in one global.
    Reflect.deleteProperty(require.cache, path);
    Reflect.deleteProperty(globalThis, eventHandlers);
    // A value on Node 20, a getter on Node 24.
    const ofNode = Object.getOwnPropertyDescriptor(asyncHooks, 'AsyncLocalStorage');
    Object.defineProperty(asyncHooks, 'AsyncLocalStorage', { value: RunningTest, configurable: true });
    try {
      return require(path);
    } finally {
      Object.defineProperty(asyncHooks, 'AsyncLocalStorage', ofNode);
    }
  }

  requireModule(path) {
    return require(path);
  }

  unstable_shouldLoadAsEsm() {
    return true;
  }

  unstable_importModule(path) {
    suites += 1;
    return import(`${pathToFileURL(path).href}?suite=${suites}`);
  }

  setGlobalsForRuntime(globals) {
    const { moduleMocker, fakeTimersModern: timers } = this.#environment;
    const jest = {
      fn: moduleMocker.fn.bind(moduleMocker),
      spyOn: moduleMocker.spyOn.bind(moduleMocker),
      restoreAllMocks: () => moduleMocker.restoreAllMocks(),
      useFakeTimers: (options) => timers.useFakeTimers(options),
      useRealTimers: () => timers.useRealTimers(),
      setSystemTime: (now) => timers.setSystemTime(now),
      getTimerCount: () => timers.getTimerCount(),
      advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
      advanceTimersByTimeAsync: (ms) => timers.advanceTimersByTimeAsync(ms),
    };
    globalThis[testGlobals] = { ...globals, jest };
  }

  getSourceMaps() {
    return new Map();
  }

  enterTestCode() {}
  leaveTestCode() {}
  resetModules() {}
  teardown() {}

  getAllCoverageInfoCopy() {
    return undefined;
  }
};
