/* eslint-disable @typescript-eslint/no-require-imports -- Jest requires its runtime: it can't be an ES module */
const { pathToFileURL } = require('node:url');

const testGlobals = Symbol.for('campaign-gateway.test-globals');
const eventHandlers = Symbol.for('EVENT_HANDLERS');
let suites = 0;

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
    return require(path);
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
