import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { WebSocket } from 'ws';
import { type Fault } from '../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { type Attack, attacks } from '../support/hostile/attacks.js';
import { pace, sendSmallChunks, sendSmallFrames } from '../support/hostile/small-pieces.js';
import { said } from '../support/programs/child-process.js';
import { credentials } from '../support/gateway/gateway-under-test.js';
import { residentKilobytes } from '../support/programs/resident-memory.js';
import { startAsImage } from '../support/programs/image-process.js';
import { until } from '../support/clients/subscribing.js';
import { build } from '../support/gateway/workers.js';

const maximumKilobytes = 400 * 1024;
const sampleEveryMs = 50;

let sandbox: Sandbox;
let fault: Fault | undefined;
let gateway: ChildProcess;
let url: string;
let peak = 0;
let sampling: NodeJS.Timeout;
const sockets: (Socket | WebSocket)[] = [];

beforeAll(async () => {
  build();
  sandbox = await startSandbox({ ...credentials, seed: 'demo', faults: () => fault });
  gateway = startAsImage(sandbox.baseUrl);
  url = await said(gateway, (text) => /(http:\S+)\/livez/.exec(text)?.[1]);
  sampling = setInterval(() => {
    peak = Math.max(peak, residentKilobytes(gateway.pid ?? 0));
  }, sampleEveryMs);
});
afterAll(async () => {
  clearInterval(sampling);
  endAll();
  gateway.kill('SIGKILL');
  await sandbox.close();
});

function endAll(): void {
  for (const socket of sockets.splice(0))
    if (socket instanceof WebSocket) socket.terminate();
    else socket.destroy();
}

async function send({ path = '/graphql', method = 'POST', headers, body }: Attack, dispatcher: Agent) {
  const answer = await request(`${url}${path}`, {
    method: method as 'POST',
    headers: headers ?? { 'content-type': 'application/json' },
    body: body ?? null,
    dispatcher,
  });
  await answer.body.dump({ limit: 1e9 });
}

const portOf = (): number => Number(new URL(url).port);
const post = (body: string): string =>
  `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const settle = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 500));

/** Of a campaign; the answer is half a megabyte. */
const selection = `{ ${Array.from(
  { length: 20 },
  (_, index) => `a${index}: messages(first: 50) { edges { cursor node {
    sid id number body name status detailedStatus direction scheduledAt senderId upstreamStatus } } }`,
).join(' ')} }`;

async function acknowledged(): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  sockets.push(socket.on('error', () => undefined));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

async function openSubscriptions(): Promise<number> {
  const { body } = await request(`${url}/metrics`);
  const open = /^campaign_gateway_subscriptions_open\{transport="ws",field="campaignUpdated"\} (\d+)$/m;
  return Number(open.exec(await body.text())?.[1]);
}

/** Ways to have the gateway hold something for one who has sent little. */
const floods: readonly (readonly [what: string, flood: () => Promise<unknown>])[] = [
  [
    'every attack, eight at a time',
    async () => {
      const dispatcher = new Agent({ connections: 8 });
      for (let round = 0; round < 4; round += 1)
        for (let index = 0; index < attacks.length; index += 8)
          await Promise.all(
            attacks.slice(index, index + 8).map((one) => send(one, dispatcher).catch(() => undefined)),
          );
      await dispatcher.destroy();
    },
  ],
  [
    'answers that nobody reads',
    async () => {
      const query = `{ campaigns(first: 200) { nodes { ${Array.from({ length: 20 }, (_, i) => `t${i}: template`).join(' ')} } } }`;
      for (let index = 0; index < 40; index += 1) {
        const socket = connect(portOf(), '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        socket.pause();
        for (let time = 0; time < 20; time += 1) socket.write(post(JSON.stringify({ query })));
      }
      await settle();
    },
  ],
  [
    'pings before and after the acknowledgement that nobody reads the pongs of',
    async () => {
      const ping = JSON.stringify({ type: 'ping', payload: { x: 'x'.repeat(250_000) } });
      for (let index = 0; index < 24; index += 1) {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        sockets.push(socket.on('error', () => undefined));
        socket.once('open', () => {
          if (index % 2) socket.send('{"type":"connection_init"}');
          socket.pause();
          for (let time = 0; time < 40; time += 1) socket.send(ping);
        });
      }
      await settle();
    },
  ],
  [
    'requests sent all at once on each connection, whose responses nobody reads',
    async () => {
      const query = '{ campaigns(first: 200) { nodes { sid name template } } }';
      const many = post(JSON.stringify({ query })).repeat(300);
      for (let index = 0; index < 200; index += 1) {
        const socket = connect(portOf(), '127.0.0.1').on('error', () => undefined);
        sockets.push(socket.pause());
        socket.write(many);
      }
      await settle();
    },
  ],
  [
    'bodies that never end',
    async () => {
      const half = post('x'.repeat(260_000)).slice(0, -1);
      for (let index = 0; index < 1500; index += 1) {
        const socket = connect(portOf(), '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        socket.write(half);
        await pace(sockets, index);
      }
      await settle();
    },
  ],
  [
    'messages over WebSockets that never end',
    async () => {
      for (let index = 0; index < 1500; index += 1) {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        sockets.push(socket.on('error', () => undefined));
        socket.once('open', () => {
          socket.send('{"type":"connection_init"}');
          socket.send('x'.repeat(130_000), { fin: false });
          socket.send('x'.repeat(130_000), { fin: false });
        });
        await pace(sockets, index);
      }
    },
  ],
  ['bodies in chunks of one byte', async () => sockets.push(...(await sendSmallChunks(portOf())))],
  ['messages in frames of one byte', async () => sockets.push(...(await sendSmallFrames(portOf())))],
  [
    'connections that say nothing',
    async () => {
      for (let index = 0; index < 3000; index += 1)
        sockets.push(connect(portOf(), '127.0.0.1').on('error', () => undefined));
      await settle();
    },
  ],
  [
    'WebSockets that are acknowledged and ask nothing',
    async () => {
      for (let index = 0; index < 1500; index += 1) {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        sockets.push(socket.on('error', () => undefined));
        socket.once('open', () => {
          socket.send('{"type":"connection_init"}');
        });
        await pace(sockets, index);
      }
      await settle();
    },
  ],
  [
    'documents and sids that are all different',
    async () => {
      const dispatcher = new Agent({ connections: 8 });
      for (let index = 0; index < 600; index += 8)
        await Promise.all(
          Array.from({ length: 8 }, (_, next) => {
            const name = `${'n'.repeat(30_000)}${index + next}`;
            const query = `query ($sid: ID!) { ${name}: campaign(sid: $sid) { sid } }`;
            const body = JSON.stringify({ query, variables: { sid: `${index + next}` } });
            return send({ what: 'a document', body }, dispatcher).catch(() => undefined);
          }),
        );
      await dispatcher.destroy();
    },
  ],
  [
    'large requests that wait for an upstream that does not answer',
    async () => {
      fault = { kind: 'hang' };
      const dispatcher = new Agent({ connections: 300 });
      const query = 'query ($sid: ID!) { campaign(sid: $sid) { sid } }';
      const more = Array.from({ length: 80_000 }, () => ({}));
      await Promise.all(
        Array.from({ length: 300 }, (_, index) => {
          const body = JSON.stringify({ query, variables: { sid: `waiting-${index}`, more } });
          return send({ what: 'a large request', body }, dispatcher).catch(() => undefined);
        }),
      );
      fault = undefined;
      await dispatcher.destroy();
    },
  ],
  [
    'large requests and messages that do not end',
    async () => {
      const half = post(`{"query":"${'x'.repeat(250_000)}`).slice(0, -1);
      for (let index = 0; index < 1000; index += 1) {
        const socket = connect(portOf(), '127.0.0.1').on('error', () => undefined);
        sockets.push(socket);
        socket.write(half);
        await pace(sockets, index);
      }
      for (let index = 0; index < 500; index += 1) {
        const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
        sockets.push(socket.on('error', () => undefined));
        socket.once('open', () => {
          socket.send('{"type":"connection_init"}');
          socket.send('x'.repeat(250_000), { fin: false });
        });
        await pace(sockets, index);
      }
    },
  ],
  [
    'large answers, all asked for at once on two WebSockets',
    async () => {
      const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1500 });
      endAll(); // what earlier floods hold
      const ask = JSON.stringify({ query: `{ campaign(sid: "${sid}") ${selection} }` });
      await Promise.all(
        [0, 1].map(async () => {
          const socket = await acknowledged();
          let answers = 0;
          socket.on('message', (data: Buffer) => (answers += Number(data.length > 100_000)));
          for (let id = 0; id < 99; id += 1)
            socket.send(`{"id":"${id}","type":"subscribe","payload":${ask}}`);
          const isOver = (): boolean => answers === 99 || socket.readyState !== socket.OPEN;
          await until(() => isOver() || gateway.exitCode !== null, 60_000);
        }),
      );
    },
  ],
  [
    'small queries, a hundred at once on each of many WebSockets',
    async () => {
      endAll();
      const message = '"type":"subscribe","payload":{"query":"{ campaignGateway { mode } }"}}';
      let ended = 0;
      for (let count = 0; count < 400; count += 50)
        for (const socket of await Promise.all(Array.from({ length: 50 }, acknowledged)))
          socket.on('message', (data: Buffer) => (ended += Number(!data.includes('"next"'))));
      for (const socket of sockets)
        for (let id = 0; id < 99; id += 1) (socket as WebSocket).send(`{"id":"${id}",${message}`);
      await until(() => ended === 400 * 99 || gateway.signalCode !== null, 100_000);
      expect(gateway.signalCode).toBeNull();
    },
  ],
  [
    'one change that subscribers with large selections hear of',
    async () => {
      const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1500 });
      const query = `subscription { campaignUpdated(sid: "${sid}") ${selection} }`;
      let answers = 0;
      for (let sockets = 0; sockets < 2; sockets += 1) {
        const socket = await acknowledged();
        socket.on('message', (data: Buffer) => (answers += Number(data.length > 100_000)));
        for (let id = 0; id < 100; id += 1)
          socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query } }));
      }
      await until(async () => (await openSubscriptions()) >= 200);
      const body = JSON.stringify({
        query: `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`,
      });
      await send({ what: 'a change', body }, new Agent());
      await until(() => answers === 200 || gateway.exitCode !== null, 60_000);
    },
  ],
  [
    'subscriptions with documents that are all different, and variables that nobody asked for',
    async () => {
      const fields = 'sid id name status template senderId updatedAt createdAt fetchedAt reportUrl '.repeat(
        90,
      );
      const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1 });
      const variables = { junk: Array.from({ length: 2500 }, () => []) };
      for (let index = 0; index < 6; index += 1) {
        const socket = await acknowledged();
        for (let id = 0; id < 99; id += 1) {
          const query = `subscription S${index}_${id} { campaignUpdated(sid: "${sid}") { ${fields} } }`;
          socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query, variables } }));
          if (id % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 150));
        }
      }
      await settle();
    },
  ],
  [
    'invalid documents that are all different',
    async () => {
      const dispatcher = new Agent({ connections: 8 });
      const mistakes = Array.from('abcdefghijklmnopqrstuvwxyz').join(' ');
      for (let index = 0; index < 2000; index += 8)
        await Promise.all(
          Array.from({ length: 8 }, (_, next) => {
            const body = JSON.stringify({ query: `{ no${index + next} ${mistakes} }` });
            return send({ what: 'an invalid document', body }, dispatcher).catch(() => undefined);
          }),
        );
      await dispatcher.destroy();
    },
  ],
];

/** @slow */
describe('a gateway with the heap of the image stays under 400 MB', () => {
  it.each(floods)('under %s', async (_what, flood) => {
    await flood();
    expect(gateway.exitCode).toBeNull();
    expect(peak).toBeGreaterThan(0);
    expect(peak).toBeLessThan(maximumKilobytes);
  });

  it('and serves requests after all of them', async () => {
    endAll();
    const answer = await request(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ __typename }"}',
    });
    expect(await answer.body.json()).toEqual({ data: { __typename: 'Query' } });
  });
});
