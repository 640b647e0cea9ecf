import { describe, expect, it } from '@jest/globals';
import { buildSchema, graphqlSync } from 'graphql';
import { hideWebhookAddresses } from '../../../src/auth/webhook-addresses.js';

const schema = hideWebhookAddresses(
  buildSchema(`
    type Query { campaigns: [Campaign] }
    scalar URL
    type Campaign { statusCallback: URL smsStatusCallback: URL reportUrl: URL }
  `),
);

/** Reads the callback of each campaign with a caller that has these scopes, and counts the CPU. */
function read(callbacks: readonly string[], scopes: readonly string[] = ['campaigns:read']) {
  const campaigns = callbacks.map((statusCallback) => ({ statusCallback }));
  const contextValue = { caller: { scopes: new Set(scopes) }, report: {} };
  const from = process.cpuUsage();
  const { data, errors } = graphqlSync({
    schema,
    source: '{ campaigns { statusCallback } }',
    rootValue: { campaigns },
    contextValue,
  });
  expect(errors).toBeUndefined();
  const cpuMicroseconds = process.cpuUsage(from).user;
  return { cpuMicroseconds, shown: (data?.campaigns as typeof campaigns).map((row) => row.statusCallback) };
}

describe('for a caller who may only read', () => {
  it('texts full of escapes are searched once, however often they are selected', () => {
    const callbacks = Array.from({ length: 500 }, (_, at) => `http://x/${at}${'\\'.repeat(2030)}`);
    const first = read(callbacks);
    const again = read(callbacks);
    expect(again.shown).toEqual(first.shown);
    expect(again.cpuMicroseconds).toBeLessThan(first.cpuMicroseconds / 2);
  });

  it('a text of more than 4096 characters is hidden, not searched', () => {
    const [longest, longer] = ['x'.repeat(4096), 'x'.repeat(4097)];
    expect(read([longest, longer]).shown).toEqual([longest, null]);
    expect(read([longer], ['campaigns:read', 'campaigns:write']).shown).toEqual([longer]);
  });
});
