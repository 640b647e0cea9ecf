import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { memoryBudget } from '../../src/gateway/memory-budget.js';
import { holdForWorkers } from '../../src/gateway/workers/hold-for-workers.js';
import { type ServedByPrimary, type ServedByWorker } from '../../src/gateway/workers/served.js';
import { Line } from '../../src/workers/line.js';
import { type Pipe } from '../../src/workers/pipe.js';

/** What a primary holds, and workers that ask for it; values are copied as between processes. */
export interface HeldByPrimary {
  /** A worker more. */
  join(): Line<ServedByPrimary>;
  /** The primary answers nothing any more, and loses nothing, until it is resumed. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** Holds it in this process. */
export function holdHere(): HeldByPrimary {
  const hold = holdForWorkers({ webhookSecret: 'secret', sandbox: undefined }, memoryBudget(2 ** 30));
  const ports: MessagePort[] = [];
  let isPaused = false;
  const held: (() => void)[] = [];
  const whenAwake = (then: () => void): void => {
    if (isPaused) held.push(then);
    else then();
  };
  return {
    join: () => {
      const { port1, port2 } = new MessageChannel();
      ports.push(port1, port2);
      hold(new Line<ServedByWorker>(pipeOf(port1, whenAwake)));
      return new Line<ServedByPrimary>(
        pipeOf(port2, (then) => {
          then();
        }),
      );
    },
    pause: () => {
      isPaused = true;
    },
    resume: () => {
      isPaused = false;
      for (const then of held.splice(0)) then();
    },
    close: () => {
      for (const port of ports) port.close();
    },
  };
}

function pipeOf(port: MessagePort, whenAwake: (then: () => void) => void): Pipe {
  let isOpen = true;
  port.on('close', () => {
    isOpen = false;
  });
  return {
    get isOpen() {
      return isOpen;
    },
    send: (message, onSent) => {
      port.postMessage(message);
      setImmediate(onSent, null);
    },
    onMessage: (listener) => {
      port.on('message', (message: unknown) => {
        whenAwake(() => {
          listener(message);
        });
      });
    },
    onClose: (listener) => void port.on('close', listener),
  };
}
