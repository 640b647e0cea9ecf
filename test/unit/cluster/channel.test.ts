import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Channel, NoResponse, type ChannelEnd } from '../../../src/cluster/channel.js';

interface Methods {
  add(one: number, other: number): number;
  fail(): never;
  wait(): Promise<void>;
  absent(): void;
  note(text: string): void;
}

const ports: MessagePort[] = [];
afterEach(() => {
  for (const port of ports.splice(0)) port.close();
});

/** Two ends that copy values as processes do, and what one of them has sent. */
function connected(timeoutMs = 5000) {
  const { port1, port2 } = new MessageChannel();
  ports.push(port1, port2);
  const sent: object[] = [];
  const client = new Channel<Methods>(peerOf(port1, sent), timeoutMs);
  const server = new Channel(peerOf(port2, []), timeoutMs);
  return { client, server, sent, raw: port2 };
}

function peerOf(port: MessagePort, sent: object[]): ChannelEnd {
  let connected = true;
  port.on('close', () => (connected = false));
  return {
    get connected() {
      return connected;
    },
    send: (message, _handle, _options, onSent) => {
      sent.push(message);
      port.postMessage(message);
      setImmediate(onSent, null);
      return true;
    },
    on: (event: 'message' | 'disconnect', listener: (message: unknown) => void) =>
      port.on(event === 'message' ? 'message' : 'close', listener),
  };
}

describe('a channel', () => {
  it('returns the result of a method, with values such as Infinity unchanged', async () => {
    const { client, server } = connected();
    server.serve({ add: (one: number, other: number) => one + other });
    expect(await client.request('add', 1, 2)).toBe(3);
    expect(await client.request('add', Infinity, 1)).toBe(Infinity);
  });

  it('gives each of many requests its own response', async () => {
    const { client, server } = connected();
    server.serve({
      add: async (one: number, other: number) => {
        await new Promise((resolve) => setTimeout(resolve, 20 - one));
        return one + other;
      },
    });
    const sums = await Promise.all(Array.from({ length: 20 }, (_, index) => client.request('add', index, 0)));
    expect(sums).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('fails a request whose method fails or is absent', async () => {
    const { client, server } = connected();
    server.serve({
      fail: () => {
        throw new Error('a secret');
      },
    });
    for (const failing of [client.request('fail'), client.request('absent')])
      await expect(failing).rejects.toThrow(new NoResponse('the method failed'));
  });

  it('fails a request that takes too long, and ignores its late response', async () => {
    const { client, server } = connected(20);
    let finish = (): void => undefined;
    server.serve({ wait: () => new Promise<void>((resolve) => (finish = resolve)), add: () => 7 });
    await expect(client.request('wait')).rejects.toThrow(new NoResponse('the response is late'));
    finish();
    expect(await client.request('add', 1, 2)).toBe(7);
  });

  it('fails open and later requests when the other process exits', async () => {
    const { client, server, raw } = connected();
    server.serve({ wait: () => new Promise(() => undefined) });
    const open = client.request('wait');
    raw.close();
    await expect(open).rejects.toThrow(new NoResponse('the process has gone'));
    await expect(client.request('wait')).rejects.toThrow(new NoResponse('the process has gone'));
    expect(() => {
      client.notify('note', 'lost');
    }).not.toThrow();
  });

  it('fails a request on a broken pipe', async () => {
    const broken: ChannelEnd = {
      connected: true,
      send: (_message, _handle, _options, onSent) => {
        process.nextTick(onSent, new Error('EPIPE'));
        return false;
      },
      on: () => undefined,
    };
    await expect(new Channel<Methods>(broken, 5000).request('wait')).rejects.toThrow(NoResponse);
  });

  it('has at most 100 open requests', async () => {
    const { client, sent } = connected();
    const many = Array.from({ length: 150 }, () => client.request('wait'));
    const refused = await Promise.all(
      many.slice(100).map((request) => request.catch((error: unknown) => String(error))),
    );
    expect(new Set(refused)).toEqual(new Set(['NoResponse: too many requests are open']));
    expect(sent).toHaveLength(100);
    for (const request of many.slice(0, 100)) request.catch(() => undefined);
  });

  it('delivers notifications, and ignores other IPC messages', async () => {
    const { client, server, raw } = connected();
    const notes: string[] = [];
    server.serve({ note: (text: string) => notes.push(text), add: () => 0 });
    for (const foreign of [null, 7, 'text', {}, { cmd: 'NODE_X' }, { kind: 'response', id: 'x' }])
      raw.postMessage(foreign);
    client.notify('note', 'one');
    client.notify('note', 'two');
    await client.request('add', 0, 0);
    expect(notes).toEqual(['one', 'two']);
  });
});
