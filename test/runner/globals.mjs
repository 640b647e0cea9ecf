/** Stands for `@jest/globals`: what Jest made for the suite that is being loaded. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, jest } =
  globalThis[Symbol.for('campaign-gateway.test-globals')];
