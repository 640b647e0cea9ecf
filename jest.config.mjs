import { swcOptions } from './scripts/swc-options.mjs';

/** Jest runs TypeScript sources as ES modules through swc, with the decorator settings that tsconfig.json has. */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': ['@swc/jest', swcOptions],
  },
  testTimeout: 90_000,
  // Jest leaves a core to itself by default: of two, that is half.
  maxWorkers: '100%',
  // Node 20 keeps every suite's copy of the ES modules: a process that ran them all would need more than 4 GB.
  workerIdleMemoryLimit: '1GB',
};
