import { type ChildProcess } from 'node:child_process';

/**
 * Waits for certain output of a process.
 * @param find searches all output so far; returns undefined if it is not there yet.
 * @throws with the output if the process exits first.
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
