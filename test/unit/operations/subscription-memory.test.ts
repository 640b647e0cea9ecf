import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { SubscriptionMemory } from '../../../src/operations/gate/subscription-memory.js';
import { createSchema } from '../../../src/resolvers/schema.js';
import { preparedDocuments } from '../../support/operations/prepared.js';

const schema = await createSchema();

function memoryOf(maximumBytes: number, maximumPerCaller = maximumBytes) {
  const documents = preparedDocuments(schema, { maximumBytes: 60_000 }); // room for one
  const memory = new SubscriptionMemory({ maximumBytes, maximumPerCaller, documents });
  const open = (name: string, caller = 'a', variables: Readonly<Record<string, unknown>> = {}) =>
    memory.open(
      caller,
      documents.prepare(`subscription ${name} { campaignUpdated(sid: "a") { sid } }`).operation(undefined),
      variables,
    );
  return { memory, documents, open };
}

describe('the memory of open subscriptions', () => {
  it('counts a shared document once, until its last subscription ends', () => {
    const { memory, open } = memoryOf(1e6);
    const first = open('A');
    const withDocument = memory.reservedBytes;
    const second = open('A', 'b');
    const added = memory.reservedBytes - withDocument;
    expect(added).toBeLessThan(withDocument);
    first();
    expect(memory.reservedBytes).toBe(withDocument);
    second();
    expect(memory.reservedBytes).toBe(0);
  });

  it('shares a document by its text, even after the cache has evicted it', () => {
    const { documents, open } = memoryOf(1e6);
    const text = 'subscription A { campaignUpdated(sid: "a") { sid } }';
    open('A');
    const prepared = documents.prepare(text);
    for (let index = 0; index < 20; index += 1)
      documents.prepare(`query Q${index} { campaign(sid: "a") { sid } }`);
    expect(documents.has(text)).toBe(true);
    expect(documents.prepare(text)).toBe(prepared);
  });

  it('counts variables by their size', () => {
    const { memory, open } = memoryOf(1e6);
    open('A');
    const before = memory.reservedBytes;
    open('A', 'a', { text: 'x'.repeat(1000), list: [[], []] });
    expect(memory.reservedBytes - before - (before - memoryOfDocument())).toBeGreaterThan(2000);
  });

  it('refuses a subscription over the limit of its caller or of all callers', () => {
    const { open } = memoryOf(100_000, 40_000);
    const openUntilRefused = (caller: string): unknown => {
      for (;;)
        try {
          open('A', caller);
        } catch (error) {
          return error;
        }
    };
    expect(openUntilRefused('a')).toMatchObject({ code: 'TOO_MANY_SUBSCRIPTIONS' });
    expect(openUntilRefused('b')).toMatchObject({ code: 'TOO_MANY_SUBSCRIPTIONS' });
    expect(openUntilRefused('c')).toMatchObject({ code: 'OVERLOADED' });
  });
});

/** Estimated bytes of the document of these tests. */
function memoryOfDocument(): number {
  const { memory, open } = memoryOf(1e6);
  open('A');
  const first = memory.reservedBytes;
  open('A');
  return first - (memory.reservedBytes - first);
}
