import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ResponseLookup } from '../../../src/domain/telemetry.js';
import { type CachedResponse, ResponseCache } from '../../../src/operations/response-cache.js';

/** A response of this many bytes, with entries that are fresh for these milliseconds. */
function answer(bytes: number, ...freshFor: readonly (() => number | undefined)[]): CachedResponse {
  return {
    body: Buffer.alloc(bytes),
    encoded: {},
    contentType: 'application/json; charset=utf-8',
    operationName: undefined,
    hasMessages: false,
    dependsOnCaller: false,
    cacheTag: undefined,
    entries: freshFor.map((freshForMs) => ({ freshForMs, bytes: 100 })),
  };
}

function answers(maximumBytes: number) {
  const looked: ResponseLookup[] = [];
  return {
    looked,
    kept: new ResponseCache({
      maximumBytes,
      telemetry: { responseLookedUp: (result) => void looked.push(result) },
    }),
  };
}

describe('the response cache', () => {
  it('stays within its memory bound for any sequence of stores and finds', () => {
    const step = fc.record({ key: fc.string({ maxLength: 40 }), bytes: fc.nat(6000), isAsked: fc.boolean() });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20_000 }),
        fc.array(step, { maxLength: 60 }),
        (maximum, steps) => {
          const { kept } = answers(maximum);
          for (const { key, bytes, isAsked } of steps) {
            if (isAsked) kept.find(key);
            else
              kept.store(
                key,
                answer(bytes, () => 1000),
              );
            expect(kept.size.bytes).toBeLessThanOrEqual(maximum);
            expect(kept.size.bytes).toBeGreaterThanOrEqual(kept.size.entries * 300);
          }
        },
      ),
    );
  });

  it('copies a body that is a view of a larger buffer', () => {
    const { kept } = answers(10_000);
    const body = Buffer.from('{"data":{}}');
    expect(body.buffer.byteLength).toBeGreaterThan(body.length); // otherwise the test proves nothing
    kept.store('a', { ...answer(0, () => 1000), body });
    const found = kept.find('a')?.response.body;
    expect(found).toEqual(body);
    expect(found?.buffer.byteLength).toBe(body.length);
  });

  it('keeps a response fresh until its first entry goes stale', () => {
    const { kept } = answers(10_000);
    kept.store(
      'a',
      answer(
        10,
        () => 5000,
        () => 300,
        () => 7000,
      ),
    );
    expect(kept.find('a')?.freshForMs).toBe(300);
  });

  it('drops a response, and frees its memory, once one of its entries changes', () => {
    const { kept, looked } = answers(10_000);
    let isFresh = true;
    kept.store(
      'a',
      answer(
        10,
        () => 5000,
        () => (isFresh ? 300 : undefined),
      ),
    );
    expect(kept.find('a')).toBeDefined();
    isFresh = false;
    expect(kept.find('a')).toBeUndefined();
    expect(kept.size).toEqual({ entries: 0, bytes: 0 });
    expect(looked).toEqual(['hit', 'stale']);
  });

  it('does not store a response if one of its entries has been replaced already', () => {
    const { kept, looked } = answers(10_000);
    kept.store(
      'a',
      answer(
        10,
        () => 5000,
        () => undefined,
      ),
    );
    expect(kept.find('a')).toBeUndefined();
    expect(looked).toEqual(['miss']);
  });
});
