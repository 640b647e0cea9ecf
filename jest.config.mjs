/** Jest runs TypeScript sources as native ES modules, compiled as the build does (test/runner/). */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  runtime: '<rootDir>/test/runner/runtime.cjs',
  testSequencer: '<rootDir>/test/runner/sequencer.cjs',
  testEnvironment: '<rootDir>/test/runner/environment.mjs',
  transform: {},
  testTimeout: 90_000,
  // Suites wait for servers, browsers and processes most of the time: twice as many as the two cores of CI take 6 minutes, two take 9.
  maxWorkers: 4,
  // A worker process that holds the modules of all suites takes longer than Jest's half second to free its memory.
  workerGracefulExitTimeout: 10_000,
};
