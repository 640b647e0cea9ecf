import { type ChildProcess } from 'node:child_process';

/**
 * Waits until a process has printed something.
 * @param find looks in all that it has printed so far; undefined: not yet.
 * @throws where the process ends first, with what it printed.
 */
export function said<Found>(child: ChildProcess, find: (text: string) => Found | undefined): Promise<Found> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('exit', () => {
      reject(new Error(`it ended: ${text}`));
    });
    child.stderr?.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const found = find(text);
      if (found !== undefined) resolve(found);
    });
  });
}
