import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

/** A proxy that delays everything it passes on. */
export interface SlowProxy {
  readonly url: string;
  /** Sets the delay from now on. */
  delayMs: number;
  close(): Promise<void>;
}

/** Starts a proxy in front of a Redis on this machine. */
export async function startSlowProxy(port: number): Promise<SlowProxy> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const redis = connect(port, '127.0.0.1');
    for (const [from, to] of [
      [client, redis],
      [redis, client],
    ] as const) {
      sockets.add(from);
      from.on('data', (chunk) => {
        setTimeout(() => to.writable && to.write(chunk), from === redis ? proxy.delayMs : 0).unref();
      });
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayMs: 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return proxy;
}
