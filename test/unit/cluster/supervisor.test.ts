import { describe, expect, it } from '@jest/globals';
import {
  CannotStart,
  type ProcessExit,
  Supervisor,
  type WorkerProcess,
} from '../../../src/cluster/supervisor.js';

/** A worker as the test lets it start and exit. */
interface TestWorker extends WorkerProcess {
  start(): void;
  refuse(reason?: string): void;
  exit(): void;
  readonly calls: string[];
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}

function createWorker(pid: number): TestWorker {
  const started = deferred<string>();
  const exited = deferred<ProcessExit>();
  started.promise.catch(() => undefined);
  const calls: string[] = [];
  const exit = (): void => {
    started.reject(new CannotStart(undefined));
    exited.resolve({ pid, exitCode: 1, signal: null });
  };
  return {
    started: started.promise,
    exited: exited.promise,
    calls,
    start: () => {
      started.resolve('http://localhost:4000');
    },
    refuse: (reason) => {
      started.reject(new CannotStart(reason));
      exit();
    },
    exit,
    stop: () => {
      calls.push('stop');
      exit();
    },
    kill: () => {
      calls.push('kill');
      exit();
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function supervise(count: number) {
  const workers: TestWorker[] = [];
  const events: string[] = [];
  const clock = { nowMs: 0 };
  const supervisor = new Supervisor({
    count,
    fork: () => {
      const worker = createWorker(workers.length);
      workers.push(worker);
      return worker;
    },
    stopTimeoutMs: 1000,
    onExit: ({ pid }, restartInMs) => events.push(`exit of ${pid}, restart in ${restartInMs}`),
    onRestartFailed: ({ message }) => events.push(`restart failed: ${message}`),
    onGiveUp: ({ message }) => events.push(`gave up: ${message}`),
    now: () => clock.nowMs,
    sleep: (ms) => {
      clock.nowMs += ms;
      return Promise.resolve();
    },
  });
  const last = (): TestWorker => workers[workers.length - 1] as TestWorker;
  const startAll = async (): Promise<void> => {
    const starting = supervisor.start();
    for (const worker of workers) worker.start();
    await starting;
  };
  return { supervisor, workers, events, clock, last, startAll };
}

describe('a supervisor', () => {
  it('starts the configured number of workers and returns their URL', async () => {
    const { supervisor, workers } = supervise(3);
    const starting = supervisor.start();
    expect(workers).toHaveLength(3);
    for (const worker of workers) worker.start();
    expect(await starting).toBe('http://localhost:4000');
  });

  it('kills all workers and reports the reason if one cannot start', async () => {
    const { supervisor, workers, events } = supervise(2);
    const starting = supervisor.start();
    workers[0]?.start();
    workers[1]?.refuse('PORT: is in use');
    await expect(starting).rejects.toThrow(new CannotStart('PORT: is in use'));
    expect(workers[0]?.calls).toEqual(['kill']);
    expect(events).toEqual([]);
  });

  it('waits longer each time that a worker exits early, up to 10 seconds', async () => {
    const { events, last, startAll } = supervise(1);
    await startAll();
    for (let times = 0; times < 10; times += 1) {
      last().exit();
      await settled();
      last().start();
      await settled();
    }
    const delays = events.map((event) => Number(event.split(' ').at(-1)));
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000]);
  });

  it('resets the delay after a worker has served for 10 seconds', async () => {
    const { events, clock, last, startAll } = supervise(1);
    await startAll();
    for (let times = 0; times < 3; times += 1) {
      clock.nowMs += 10_000;
      last().exit();
      await settled();
      last().start();
      await settled();
    }
    expect(events.map((event) => event.split(', ')[1])).toEqual(Array(3).fill('restart in 100'));
  });

  it('keeps trying to replace a worker while another one serves', async () => {
    const { workers, events, startAll, last } = supervise(2);
    await startAll();
    workers[0]?.exit();
    await settled();
    for (let times = 0; times < 8; times += 1) {
      last().refuse('REDIS_URL: is refused');
      await settled();
    }
    expect(workers).toHaveLength(2 + 9);
    expect(events.filter((event) => event.startsWith('restart failed: REDIS_URL'))).toHaveLength(8);
    expect(events.some((event) => event.startsWith('gave up'))).toBe(false);
  });

  it('gives up at once if no worker serves and the reason is known', async () => {
    const { workers, events, startAll, last } = supervise(1);
    await startAll();
    last().exit();
    await settled();
    last().refuse('PORT: is in use');
    await settled();
    expect(events.slice(1)).toEqual(['gave up: PORT: is in use']);
    expect(workers).toHaveLength(2);
  });

  it('gives up after several attempts if no worker serves and the reason is unknown', async () => {
    const { workers, events, startAll, last } = supervise(1);
    await startAll();
    for (let times = 0; times < 20; times += 1) {
      last().exit();
      await settled();
    }
    expect(events.filter((event) => event.startsWith('gave up'))).toEqual([
      'gave up: a worker exited before it could serve',
    ]);
    expect(workers).toHaveLength(6);
  });

  it('stops all workers and replaces none', async () => {
    const { supervisor, workers, events, startAll } = supervise(2);
    await startAll();
    await supervisor.stop();
    await settled();
    expect(workers.map(({ calls }) => calls)).toEqual([['stop'], ['stop']]);
    expect(events).toEqual([]);
  });

  it('returns no URL if it is stopped while workers start', async () => {
    const { supervisor, events } = supervise(2);
    const starting = supervisor.start();
    await supervisor.stop();
    expect(await starting).toBeUndefined();
    expect(events).toEqual([]);
  });
});
