import cluster from 'node:cluster';
import { Channel } from './channel.js';
import { type ClusterMetrics, type MetricFigures } from './cluster-metrics.js';
import { type SharedValue } from './shared-value.js';
import { CannotStart, type ProcessExit, type WorkerProcess } from './supervisor.js';

/** Methods that a worker serves the primary process. */
export interface WorkerMethods {
  stop(): void;
  /** Metrics of this worker alone. */
  figures(): Promise<MetricFigures>;
  /** Another worker has reported the shared value. */
  shared(value: unknown): void;
}

/** Methods that the primary process serves each worker. */
export interface PrimaryMethods<Settings> {
  /** Settings that must be equal in all workers. */
  settings(): Settings;
  ready(url: string): void;
  cannotStart(reason: string): void;
  /** Metrics of all workers, in Prometheus's text format. */
  metrics(): Promise<string>;
  /** Reports the shared value. */
  share(value: unknown): void;
}

/** What a worker is given, and what it shares with the others. */
interface ForkOptions<Shared> {
  /** Settings for this worker. */
  readonly settings: () => object;
  /** Metrics to which the worker adds its figures. */
  readonly metrics: ClusterMetrics;
  readonly shared: SharedValue<Shared>;
}

/** Timeout of requests to a worker. */
const workerTimeoutMs = 1000;
/** Timeout of requests to the primary process, which may send requests to the workers before it responds. */
export const primaryTimeoutMs = 2 * workerTimeoutMs;

/** Prepares the primary process: workers get connections in turn, and messages keep numbers such as Infinity. */
export function prepareForks(): void {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ serialization: 'advanced' });
}

/** A connection that the primary process assigns to a worker, not yet a socket. */
interface Handle {
  close(): void;
}

/** Process of a worker. Node's cluster passes connections with its `send`. */
interface ChildProcess {
  send(message: object, handle?: unknown, ...rest: unknown[]): boolean;
  once(event: 'exit', listener: () => void): unknown;
}

/** Worker to which each connection was assigned last. */
const owners = new WeakMap<Handle, ChildProcess>();

/**
 * Closes the connection that was assigned to a worker and not accepted when the worker exited. Node's cluster holds a
 * connection until the worker accepts it, so this client would wait forever. The message is internal to Node
 * (`lib/internal/cluster/round_robin_handle.js`): if a later version changes it, this function does nothing.
 */
function closePendingConnectionOnExit(child: ChildProcess): void {
  let last: Handle | undefined;
  const send = child.send.bind(child);
  child.send = (message, handle, ...rest) => {
    if (isConnection(message, handle)) {
      last = handle;
      owners.set(handle, child);
    }
    return send(message, handle, ...rest);
  };
  child.once('exit', () => {
    // A worker that stops passes a connection on to another one. Closing a closed handle does nothing.
    if (last && owners.get(last) === child) last.close();
  });
}

function isConnection(message: object, handle: unknown): handle is Handle {
  const isNew = 'act' in message && message.act === 'newconn';
  return isNew && typeof handle === 'object' && handle !== null && 'close' in handle;
}

/** Forks a worker, which listens on the same port as the others. */
export function forkWorker<Shared>({ settings, metrics, shared }: ForkOptions<Shared>): WorkerProcess {
  const worker = cluster.fork();
  closePendingConnectionOnExit(worker.process);
  worker.on('error', () => undefined); // the exit that follows is handled
  const channel = new Channel<WorkerMethods>(worker.process, workerTimeoutMs);
  const receive = (value: Shared): void => {
    channel.notify('shared', value);
  };
  const exited = new Promise<ProcessExit>((resolve) => {
    worker.once('exit', (exitCode: number | null, signal: string | null) => {
      resolve({ pid: worker.process.pid ?? 0, exitCode, signal });
    });
  });
  const started = new Promise<string>((resolve, reject) => {
    const methods: PrimaryMethods<object> = {
      settings,
      ready: resolve,
      cannotStart: (reason) => {
        reject(new CannotStart(reason));
      },
      metrics: () => metrics.text(),
      share: (value) => {
        shared.report(value as Shared, receive);
      },
    };
    channel.serve(methods);
    void exited.then(() => {
      reject(new CannotStart(undefined));
    });
  });
  started.catch(() => undefined); // the supervisor may have stopped waiting
  const source = { figures: () => channel.request('figures') };
  metrics.add(source);
  const removeShared = shared.add(receive);
  void exited.then(() => {
    metrics.remove(source);
    removeShared();
  });
  // Node drops messages to a worker that does not listen yet; one that has sent a message does.
  const listening = new Promise((resolve) => worker.once('message', resolve));
  return {
    started,
    exited,
    stop: () => {
      void listening.then(() => {
        channel.notify('stop');
      });
    },
    kill: () => void worker.process.kill('SIGKILL'),
  };
}
