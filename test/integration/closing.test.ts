import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from '../support/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
const sockets: Socket[] = [];

async function start(delayMs = 0): Promise<void> {
  sandbox = await startSandbox({
    ...credentials,
    ...(delayMs && { faults: () => ({ kind: 'delay', delayMs }) }),
  });
  gateway = await startGatewayOn(sandbox.baseUrl);
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

describe('closing ends', () => {
  it.each([
    ['that says nothing', ''],
    ['with half a header', 'POST /graphql HTTP/1.1\r\nhost: x\r\n'],
    [
      'with half a body',
      'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{"q',
    ],
  ])('though there is a connection %s', async (_what, text) => {
    await start();
    await say(text);
    await gateway.close();
    await expect(request(`${gateway.url}/livez`)).rejects.toThrow();
  });

  it('after the answer to what was asked before, and with the connection that asked', async () => {
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
