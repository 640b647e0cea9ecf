import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { validInput } from '../../../support/writing/valid-input.js';
import { subscribe, until } from '../../../support/clients/subscribing.js';
import { WebSocket } from 'ws';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
const sockets: Socket[] = [];

async function start(delayMs = 0, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  sandbox = await startSandbox({
    ...credentials,
    ...(delayMs && { faults: () => ({ kind: 'delay', delayMs }) }),
  });
  gateway = await startGatewayOn(sandbox.baseUrl, environment);
}
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await sandbox.close();
});

/** Opens a connection that says this much and no more. */
async function say(text: string): Promise<void> {
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined); // it is cut off
  await new Promise<void>((resolve) =>
    socket.once('connect', () =>
      socket.write(text, () => {
        resolve();
      }),
    ),
  );
}

it('a create that the end of the grace period cuts off has an audit line with an unknown outcome', async () => {
  await start(3_000, { SHUTDOWN_GRACE_MS: '300' });
  const asked = request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }',
      variables: { input: validInput },
    }),
  }).catch(() => undefined);
  await until(() => sandbox.calls.length > 0);
  await gateway.close();
  await asked;
  const audits = gateway.logs
    .map((line) => JSON.parse(line) as { readonly audit?: unknown })
    .flatMap(({ audit }) => (audit === undefined ? [] : [audit]));
  expect(audits).toEqual([
    {
      who: 'anonymous',
      what: 'CREATE',
      sid: null,
      outcome: 'unknown',
      codes: ['OUTCOME_UNKNOWN'],
      upstreamRequestId: null,
    },
  ]);
});

describe('shutdown completes', () => {
  it.each([
    ['that says nothing', ''],
    ['with half a header', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\n'],
    [
      'with half a body',
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"q',
    ],
  ])('despite a connection %s', async (_what, text) => {
    await start();
    await say(text);
    await gateway.close();
    await expect(request(`${gateway.url}/livez`)).rejects.toThrow();
  });

  it('after the responses to requests in flight, and closes their connections', async () => {
    await start(500);
    const agent = new Agent({ keepAliveTimeout: 60_000 });
    const asked = request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ campaigns(first: 1) { totalCount } }' }),
      dispatcher: agent,
    });
    while (sandbox.calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const closed = gateway.close();
    const answer = await asked;
    expect(answer.headers['connection']).toBe('close');
    expect(await answer.body.json()).toMatchObject({ data: { campaigns: { totalCount: 132 } } });
    await closed;
    await agent.close();
  });
});

describe('while requests in flight are completed, the gateway', () => {
  const slowMs = 600;
  const campaigns = '{ campaigns(first: 1) { totalCount } }';
  const create = `mutation ($input: CreateCampaignInput!) {
    createCampaign(input: $input) { campaign { sid } userErrors { message } }
  }`;
  const called = () => until(() => sandbox.calls.length > 0);

  it('reports 503 at /readyz, also on new connections, and still serves requests', async () => {
    await start(slowMs);
    const asked = gateway.send({ query: campaigns });
    await called();
    const closed = gateway.close();
    const probe = await request(`${gateway.url}/readyz`, { reset: true });
    expect(probe.statusCode).toBe(503);
    await probe.body.dump();
    expect((await gateway.send({ query: '{ __typename }' })).status).toBe(200);
    expect((await asked).status).toBe(200);
    await closed;
    await expect(request(`${gateway.url}/livez`)).rejects.toThrow();
  });

  it('waits at most SHUTDOWN_GRACE_MS', async () => {
    await start(60_000, { SHUTDOWN_GRACE_MS: '100', EXOTEL_TIMEOUT_MS: '600000' });
    const asked = gateway.send({ query: campaigns }).then(
      () => 'answered',
      () => 'cut off',
    );
    await called();
    await gateway.close();
    expect(await asked).toBe('cut off');
  });

  it('stops under steady traffic without cutting off an accepted request', async () => {
    await start(slowMs);
    const answers: Promise<number | 'refused'>[] = [];
    const refused = (error: { readonly code?: string }): 'refused' => {
      expect(error.code).toBe('ECONNREFUSED'); // any other is of a connection that was let in, and cut
      return 'refused';
    };
    const asking = setInterval(() => {
      const first = (answers.length % 10) + 1;
      const query = `{ campaigns(first: ${first}, filter: { name: "n${answers.length}" }) { totalCount } }`;
      answers.push(gateway.send({ query }).then(({ status }) => status, refused));
    }, 50);
    await called();
    await gateway.close();
    clearInterval(asking);
    const ends = await Promise.all(answers);
    expect(ends.length).toBeGreaterThan(5);
    expect(new Set(ends)).toEqual(new Set([200, 'refused']));
  });

  it('answers a mutation over WebSocket before it closes the connection', async () => {
    await start(slowMs);
    const writing = await subscribe(gateway.url, 'ws', create, { input: validInput });
    await called();
    const closed = gateway.close();
    await writing.next(1);
    expect(writing.events[0]).toMatchObject({ createCampaign: { campaign: { sid: expect.any(String) } } });
    await closed;
  });

  it('ends subscriptions over WebSocket with 1001, after which clients reconnect', async () => {
    await start();
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const code = new Promise((resolve) => socket.once('close', resolve));
    await new Promise((resolve) => socket.once('open', resolve));
    await gateway.close();
    expect(await code).toBe(1001);
  });

  it('closes each WebSocket for itself, with 1001: at once, or when its own mutation is cut off', async () => {
    await start(60_000, { SHUTDOWN_GRACE_MS: '2000', EXOTEL_TIMEOUT_MS: '600000' });
    const open = async () => {
      const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      const code = new Promise((resolve) => socket.once('close', resolve));
      await new Promise((resolve) => socket.once('open', resolve));
      socket.send('{"type":"connection_init"}');
      await new Promise((resolve) => socket.once('message', resolve));
      return { socket, code };
    };
    const [idle, writing] = [await open(), await open()];
    const payload = { query: create, variables: { input: validInput } };
    writing.socket.send(JSON.stringify({ type: 'subscribe', id: '1', payload }));
    await called();
    const closed = gateway.close();
    expect(await idle.code).toBe(1001);
    expect(writing.socket.readyState).toBe(WebSocket.OPEN);
    expect(await writing.code).toBe(1001);
    await closed;
  });

  it('ends event streams without complete, with a retry hint', async () => {
    await start();
    const sid = sandbox.state.campaigns()[0]?.sid ?? '';
    const stream = await request(`${gateway.url}/graphql/stream`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: `subscription { campaignUpdated(sid: "${sid}") { sid } }` }),
    });
    const text = stream.body.text();
    await gateway.close();
    expect(await text).toContain('retry: 1000\n\n');
    expect(await text).not.toContain('event: complete');
  });
});
