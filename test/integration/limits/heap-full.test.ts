import { beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { everyTransport, run } from '../../support/clients/every-transport.js';
import { transports } from '../../support/clients/subscribing.js';
import { setup, type SandboxAndGateway } from '../../support/gateway/setup.js';
import { validInput } from '../../support/writing/valid-input.js';

const heapBytes = 200 * 1024 * 1024;
let nowMs: number;
let usedHeapBytes: number;
let sandbox: SandboxAndGateway['sandbox'];
let gateway: SandboxAndGateway['gateway'];

beforeEach(async () => {
  nowMs = 0;
  usedHeapBytes = 0;
  ({ sandbox, gateway } = await setup({
    sandbox: { seed: 'demo' },
    gateway: {
      heapBytes,
      usedMemory: () => ({ heapBytes: usedHeapBytes, externalBytes: 0 }),
      steadyNow: () => nowMs,
    },
  }));
});

function heapIsFull(isFull: boolean): void {
  usedHeapBytes = isFull ? 0.95 * heapBytes : 0;
  nowMs += 500;
}

const list = { query: '{ campaigns(first: 1) { nodes { sid } } }' };
const codesOf = ({ errors = [] }: Awaited<ReturnType<typeof run>>) =>
  errors.map(({ extensions }) => extensions?.code);

describe('while live objects fill the heap', () => {
  it.each(everyTransport)(
    'queries over %s are refused without an upstream call, and served once there is room',
    async (transport) => {
      heapIsFull(true);
      const refused = await run(gateway.url, transport, list);
      expect(codesOf(refused)).toEqual(['OVERLOADED']);
      if (transport === 'http')
        expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
      expect(sandbox.calls).toEqual([]);
      heapIsFull(false);
      expect(codesOf(await run(gateway.url, transport, list))).toEqual([]);
    },
  );

  it('documents that are known are refused as new ones are', async () => {
    await run(gateway.url, 'http', list);
    heapIsFull(true);
    expect(
      codesOf(await run(gateway.url, 'http', { query: '{ campaigns(first: 2) { nodes { sid } } }' })),
    ).toEqual(['OVERLOADED']);
    nowMs += 20;
    expect(codesOf(await run(gateway.url, 'http', { query: `${list.query} ` }))).toEqual(['OVERLOADED']);
  });

  it('creates are refused before anything is sent', async () => {
    heapIsFull(true);
    const query =
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }';
    const refused = await run(gateway.url, 'http', { query, variables: { input: validInput } });
    expect(codesOf(refused)).toEqual(['OVERLOADED']);
    expect(sandbox.calls).toEqual([]);
  });

  it.each(transports)('subscriptions over %s are refused', async (transport) => {
    heapIsFull(true);
    const query = 'subscription { campaignUpdated(sid: "x") { sid } }';
    expect(codesOf(await run(gateway.url, transport, { query }))).toEqual(['OVERLOADED']);
  });

  it('probes are answered, and the log says why operations are refused', async () => {
    heapIsFull(true);
    await run(gateway.url, 'http', list);
    for (const path of ['/livez', '/readyz']) {
      const { statusCode, body } = await request(`${gateway.url}${path}`);
      await body.dump();
      expect(statusCode).toBe(200);
    }
    expect(gateway.logs.filter((line) => line.includes('heap full, refusing operations'))).toHaveLength(1);
  });

  it('cached lists are dropped, and are read again once there is room', async () => {
    await run(gateway.url, 'http', list);
    heapIsFull(true);
    await run(gateway.url, 'ws', list);
    heapIsFull(false);
    await run(gateway.url, 'http', list);
    expect(sandbox.calls).toHaveLength(2);
  });
});
