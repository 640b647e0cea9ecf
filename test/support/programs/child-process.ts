import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * Waits for certain output of a process, on either stream.
 * @param find searches all output so far; returns undefined if it is not there yet.
 * @throws with the output if the process exits first.
 */
export function said<Found>(child: ChildProcess, find: (text: string) => Found | undefined): Promise<Found> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => {
      reject(new Error(`it ended: ${text}`));
    });
    const listen = (chunk: Buffer): void => {
      text += chunk.toString();
      const found = find(text);
      if (found !== undefined) resolve(found);
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
  });
}

/** A free port, for a program that can't report one that the system chose, or that must keep it. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
