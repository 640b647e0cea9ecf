import { jest } from '@jest/globals';

/** Makes the timeouts of the gateway run on the time of the test. Clocks, and all else that the event loop needs, stay real. */
export function fakeTimeouts(): void {
  jest.useFakeTimers({
    doNotFake: [
      'Date',
      'hrtime',
      'nextTick',
      'performance',
      'queueMicrotask',
      'setImmediate',
      'clearImmediate',
      'setInterval',
      'clearInterval',
    ],
  });
}
