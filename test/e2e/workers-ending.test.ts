import { afterEach, beforeAll, expect, it } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { CampaignBySidDocument } from '../operations/generated.js';
import { credentials } from '../support/gateway/gateway-under-test.js';
import { freePort } from '../support/programs/child-process.js';
import { describeWithRedis } from '../support/programs/redis.js';
import { until } from '../support/clients/subscribing.js';
import {
  build,
  cwd,
  environmentOf,
  isThere,
  main,
  type RunningWorkers,
  startWorkers,
} from '../support/gateway/workers.js';

/** As pino numbers it. */
const warning = 40;
const toClose: (() => Promise<void>)[] = [];

beforeAll(build);
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function start(...settings: Parameters<typeof startWorkers>): Promise<RunningWorkers> {
  const running = await startWorkers(...settings);
  toClose.push(() => running.kill());
  return running;
}

async function startUpstream(options: Partial<Parameters<typeof startSandbox>[0]> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({ ...credentials, ...options });
  toClose.push(() => sandbox.close());
  return sandbox;
}

/** The workers, as they answer. */
async function pidsOf(running: RunningWorkers): Promise<number[]> {
  const pair = await running.connectToBoth();
  for (const connection of pair) await connection.close();
  return pair.map(({ pid }) => pid);
}

/** Whether a server of the test's can have the port. */
async function isFree(url: string): Promise<boolean> {
  const server = createServer();
  const listening = new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(false);
    });
    server.listen(Number(new URL(url).port), '127.0.0.1', () => {
      resolve(true);
    });
  });
  const isListening = await listening;
  server.close();
  return isListening;
}

describeWithRedis('several workers', () => {
  it('complete requests in flight after SIGTERM and exit with code 0', async () => {
    let answered = false;
    const sandbox = await startUpstream({
      faults: () => (answered ? undefined : { kind: 'delay', ms: 1000 }),
    });
    const running = await start({}, sandbox.baseUrl);
    const pids = await pidsOf(running);
    const connection = await running.connect();
    toClose.push(() => connection.close());
    const [{ sid } = { sid: '' }] = sandbox.state.campaigns();
    const asked = connection.execute(CampaignBySidDocument, { sid }).finally(() => (answered = true));
    await until(() => sandbox.calls.length > 0);
    expect(await running.terminate()).toBe(0);
    expect((await asked).data?.campaign?.sid).toBe(sid);
    expect(pids.filter(isThere)).toEqual([]);
    expect(await isFree(running.url)).toBe(true);
    expect(running.logs().filter(({ level }) => level >= warning)).toEqual([]);
  });

  it('exit with code 0 on a SIGTERM before they listen, and never serve', async () => {
    // Workers that take their time to load, and say that they do.
    const slowToLoad = `if (process.connected) {
      console.log('loading');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }`;
    const preload = `--import=data:text/javascript,${encodeURIComponent(slowToLoad)}`;
    const child = spawn(process.execPath, [preload, main], { cwd, env: environmentOf({}) });
    toClose.push(() => Promise.resolve(void child.kill('SIGKILL')));
    let printed = '';
    child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await until(() => printed.split('loading').length === 3);
    child.kill('SIGTERM');
    const [exitCode] = (await once(child, 'exit', { signal: AbortSignal.timeout(120_000) })) as [
      number | null,
    ];
    expect(exitCode).toBe(0);
    expect(printed).not.toContain('is ready');
  });

  it('are replaced if all of them are killed at once', async () => {
    const running = await start({ PORT: String(await freePort()) });
    const pids = await pidsOf(running);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await until(() => !pids.some(isThere));
    await until(() => running.serving() > 0);
    await until(async () => (await fetch(`${running.url}/livez`).catch(() => undefined))?.status === 200);
    expect(running.primary.exitCode).toBeNull();
    expect(await running.terminate()).toBe(0);
  });

  it('exit when their primary process is killed, and free the port', async () => {
    const running = await start(); // on the embedded sandbox, which runs in that process
    const pids = await pidsOf(running);
    running.primary.kill('SIGKILL');
    await until(() => !pids.some(isThere));
    expect(await isFree(running.url)).toBe(true);
  });

  it('report an invalid configuration once for all workers', () => {
    const wrongKeys = fileURLToPath(new URL('../../package.json', import.meta.url));
    const { status, stdout, stderr } = run({ AUTH_MODE: 'api-key', API_KEYS_FILE: wrongKeys });
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      'campaign-gateway cannot start:',
      expect.stringMatching(/^API_KEYS_FILE: /),
    ]);
    // A worker may have logged that no Redis is there, if it found out before it ended.
    expect(stdout).not.toContain('ready');
  });

  it('report a port in use once', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    const { status, stderr } = run({ PORT: String(port) });
    other.close();
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      'campaign-gateway cannot start:',
      expect.stringContaining(`127.0.0.1:${port} is in use`),
    ]);
  });
});

function run(set: Readonly<Record<string, string>>) {
  const environment = environmentOf({ LOG_LEVEL: 'info', ...set });
  return spawnSync(process.execPath, [main], { cwd, env: environment, encoding: 'utf8', timeout: 120_000 });
}
