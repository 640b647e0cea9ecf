import cluster from 'node:cluster';
import { CannotStart, type Ended, type Member } from './crew.js';
import { endHandedOver } from './handed-over.js';
import { Line } from './line.js';
import { pipeTo } from './pipe.js';

/** What every worker serves the primary. */
export interface WorkerLife {
  readonly life: {
    /** Lets it answer what it has, and end. */
    stop(): void;
  };
}

/** What every worker tells the primary of itself, as it starts. */
export interface WorkerReport {
  readonly report: {
    ready(url: string): void;
    cannotStart(why: string): void;
  };
}

/** The figures of a worker are worth no longer wait. */
const patienceMs = 1000;

/** Prepares the forking: connections are handed out in turn, and what is said over a line arrives as it was. */
export function prepareForks(): void {
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ serialization: 'advanced' });
}

/**
 * Forks a worker, which listens where its siblings do.
 * @param serve lets it ask for things; answers what is to be done when it has ended.
 */
export function forkMember<Theirs extends WorkerLife>(serve: (line: Line<Theirs>) => () => void): Member {
  const worker = cluster.fork();
  endHandedOver(worker.process);
  const line = new Line<Theirs>(pipeTo(worker.process), { patienceMs });
  worker.on('error', () => undefined); // it ends, and that is told
  const ended = new Promise<Ended>((resolve) => {
    worker.once('exit', (exitCode: number | null, signal: string | null) => {
      resolve({ pid: worker.process.pid ?? 0, exitCode, signal });
    });
  });
  const started = new Promise<string>((resolve, reject) => {
    const report: WorkerReport['report'] = {
      ready: resolve,
      cannotStart: (why) => {
        reject(new CannotStart(why));
      },
    };
    line.serve('report', report);
    void ended.then(() => {
      reject(new CannotStart(undefined));
    });
  });
  started.catch(() => undefined); // who waits for it is told
  const spoken = new Promise((resolve) => worker.once('message', resolve));
  const tellToStop = (): void => void (line as unknown as Line<WorkerLife>).tell('life', 'stop');
  void ended.then(serve(line));
  return {
    started,
    ended,
    // What is said to a worker before it listens is lost; who has spoken listens.
    stop: () => void spoken.then(tellToStop),
    kill: () => void worker.process.kill('SIGKILL'),
  };
}
