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
};
