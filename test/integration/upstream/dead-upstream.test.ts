import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CampaignBySidDocument } from '../../operations/generated.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

/** How many failures in a row open the breaker. */
const failuresInARow = 8;
/** How many ask together; all of them are under way before any has failed. */
const atOnce = 5;

/** A port that takes connections and drops them: an upstream that is dead, but counts who connections. */
interface Dead {
  readonly port: number;
  connections: number;
  close(): Promise<void>;
}
async function startDead(): Promise<Dead> {
  const server: Server = createServer((socket: Socket) => {
    dead.connections += 1;
    socket.on('error', () => undefined);
    socket.resetAndDestroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const dead: Dead = {
    port: (server.address() as AddressInfo).port,
    connections: 0,
    close: () =>
      new Promise((resolve) =>
        server.close(() => {
          resolve();
        }),
      ),
  };
  return dead;
}

let dead: Dead;
let gateway: GatewayUnderTest;
let sandbox: Sandbox | undefined;
beforeEach(async () => {
  dead = await startDead();
  gateway = await startGatewayOn(`http://127.0.0.1:${dead.port}`);
});
afterEach(async () => {
  await gateway.close();
  await dead.close();
  await sandbox?.close();
  sandbox = undefined;
});

async function codesOf(count: number, from = 0): Promise<unknown[]> {
  const ask = async (index: number) => {
    const { errors } = await gateway.execute(CampaignBySidDocument, { sid: `sid-${from + index}` });
    return errors?.[0]?.extensions?.code;
  };
  return Promise.all(Array.from({ length: count }, (_, index) => ask(index)));
}

/** Asks until there is an answer; fails after so long. */
async function answered(sid: string, withinMs: number): Promise<void> {
  const untilMs = Date.now() + withinMs;
  for (;;) {
    const { data, errors } = await gateway.execute(CampaignBySidDocument, { sid });
    if (data?.campaign?.sid === sid) return;
    if (Date.now() > untilMs) throw new Error(`no answer in ${withinMs} ms: ${JSON.stringify(errors)}`);
    await sleep(50);
  }
}

describe('a dead upstream', () => {
  it('gets few calls for many requests', async () => {
    const fromMs = Date.now();
    const codes: unknown[] = [];
    for (let asked = 0; asked < 50; asked += atOnce) codes.push(...(await codesOf(atOnce, asked)));
    expect(new Set(codes)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    const probes = Math.ceil((Date.now() - fromMs) / 3000);
    expect(dead.connections).toBeLessThanOrEqual(failuresInARow + atOnce + probes);
  });

  it('that refuses connections is UPSTREAM_UNAVAILABLE at once', async () => {
    await dead.close();
    const fromMs = Date.now();
    const codes = await codesOf(10);
    expect(new Set(codes)).toEqual(new Set(['UPSTREAM_UNAVAILABLE']));
    expect(Date.now() - fromMs).toBeLessThan(9000); // what waited would take ten seconds each
  });

  it('is read again within seconds of its return', async () => {
    await codesOf(10);
    const { port } = dead;
    await dead.close();
    await codesOf(5, 10);
    sandbox = await startSandbox({ ...credentials, port });
    await answered(sandbox.state.campaigns()[0]?.sid ?? '', 5000);
    expect(sandbox.calls).toHaveLength(1);
    expect(await codesOf(3)).toEqual([undefined, undefined, undefined]);
  });
});
