import { afterAll, afterEach, beforeEach } from '@jest/globals';

/** A server, a client or a stream of a test. */
interface Closable {
  close(): unknown;
}

const ofTheSuite: Closable[] = [];
const ofTheTest: Closable[] = [];
let isInTest = false;

/** Closes a resource after the test that opened it; after the whole suite if a `beforeAll` did. */
export function closesAfterwards<Resource extends Closable>(resource: Resource): Resource {
  (isInTest ? ofTheTest : ofTheSuite).push(resource);
  return resource;
}

/** The last one is closed first: subscribers before their gateway, a gateway before its upstream. */
async function close(resources: Closable[]): Promise<void> {
  for (const resource of resources.splice(0).reverse()) await resource.close();
}

/** Closes at once what the running test, or the suite's `beforeAll`, has opened. */
export async function closeNow(): Promise<void> {
  await close(isInTest ? ofTheTest : ofTheSuite);
}

// Each suite loads this module anew (test/runner/typescript-hooks.mjs), so these are hooks of that suite.
beforeEach(() => {
  isInTest = true;
});
afterEach(async () => {
  isInTest = false;
  await close(ofTheTest);
});
afterAll(() => close(ofTheSuite));
