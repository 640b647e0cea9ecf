/** Jest runs TypeScript sources as native ES modules, compiled as the build does (test/runner/). */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  runtime: '<rootDir>/test/runner/runtime.cjs',
  testSequencer: '<rootDir>/test/runner/sequencer.cjs',
  reporters: ['default', '<rootDir>/test/runner/suite-deadline.cjs'],
  testEnvironment: '<rootDir>/test/runner/environment.mjs',
  transform: {},
  // What a test waits for ends the wait when it comes: only a failure takes as long, and CI's machine may be slow.
  testTimeout: 180_000,
  // Suites wait for servers, browsers and processes most of the time: with twice as many processes as the two cores of CI they take two thirds of the time.
  maxWorkers: 4,
  // A worker process that holds the modules of all suites takes longer than Jest's half second to free its memory.
  workerGracefulExitTimeout: 10_000,
};
