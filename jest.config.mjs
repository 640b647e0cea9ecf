/** Jest runs TypeScript sources as native ES modules, compiled as the build does (test/runner/). */
export default {
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  runtime: '<rootDir>/test/runner/runtime.cjs',
  testEnvironment: '<rootDir>/test/runner/environment.mjs',
  transform: {},
  testTimeout: 90_000,
  // Jest leaves a core to itself by default: of two, that is half.
  maxWorkers: '100%',
  // A worker process that holds the modules of all suites takes longer than Jest's half second to free its memory.
  workerGracefulExitTimeout: 10_000,
};
