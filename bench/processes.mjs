import { execFileSync, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Who is measured has a core of its own; the upstream and the load share another. */
export const cores = { measured: 0, others: 1 };

let isPinning = false;

/**
 * Puts this process, which makes the load, on the core of the others; what it starts from now on goes where it belongs.
 * @returns {boolean} false where there is but one core, or no way to choose.
 */
export function pinSelf() {
  isPinning = availableParallelism() > 1 && canRun('taskset');
  if (isPinning)
    execFileSync('taskset', ['-a', '-c', '-p', String(cores.others), String(process.pid)], {
      stdio: 'ignore',
    });
  return isPinning;
}

/**
 * Starts a program and waits until it says where it is.
 * @param {readonly string[]} args of node
 * @param {{ core: number, env?: Record<string, string>, ready?: RegExp }} options
 * @returns {Promise<{ url: string, pid: number, close: () => Promise<void> }>}
 */
export async function start(args, { core, env = {}, ready = /ready (http\S+)/ }) {
  const pin = isPinning ? ['taskset', '-c', String(core)] : [];
  const [command, ...rest] = [...pin, process.execPath, ...args];
  const child = spawn(command, rest, {
    cwd: import.meta.dirname, // without the .env that may be beside package.json
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  void ended.then(() => started.delete(child));
  const url = await new Promise((resolve, reject) => {
    let text = '';
    const listen = (chunk) => {
      text += chunk;
      const found = ready.exec(text);
      if (found) resolve(found[1]);
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen); // the gateway says there where it is
    child.stderr.pipe(process.stderr);
    child.once('exit', (code) => reject(new Error(`${args[0]} ended with ${code}: ${text}`)));
  });
  const close = async () => {
    child.kill('SIGKILL'); // an end in order is not what is measured
    await ended;
  };
  return { url, pid: child.pid, close };
}

const started = new Set();
process.once('exit', () => {
  for (const child of started) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(130));

function canRun(command) {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
