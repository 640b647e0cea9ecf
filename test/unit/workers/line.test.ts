import { expect, it } from '@jest/globals';
import { Line } from '../../../src/workers/line.js';
import { type Pipe } from '../../../src/workers/pipe.js';

interface Other {
  readonly bus: { missed(): void; said(): void };
}

/** A pipe whose other end takes what it is told to, and says so in the same turn of the event loop, as Node does. */
function pipeThat(takes: () => boolean) {
  const sent: unknown[] = [];
  const pipe: Pipe = {
    isOpen: true,
    send: (message, onSent) => {
      sent.push(message);
      const isTaken = takes();
      process.nextTick(() => {
        onSent(isTaken ? null : new Error('EPIPE'));
      });
    },
    onMessage: () => undefined,
    onClose: () => undefined,
  };
  return { pipe, sent };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('a pipe that broke and is not known to be closed is not told without end', async () => {
  const { pipe, sent } = pipeThat(() => sent.length > 1000); // or this test would never end
  const line = new Line<Other>(pipe);
  line.onSaidAgain(() => void line.tell('bus', 'missed'));
  line.tell('bus', 'said');
  await turn();
  expect(sent).toHaveLength(1);
});

it('what was lost is told of once, when something gets through again', async () => {
  let isWell = false;
  const { pipe, sent } = pipeThat(() => isWell);
  const line = new Line<Other>(pipe);
  let told = 0;
  line.onSaidAgain(() => {
    told += 1;
    line.tell('bus', 'missed');
  });
  line.tell('bus', 'said');
  await turn();
  expect(told).toBe(0);
  isWell = true;
  line.tell('bus', 'said');
  await turn();
  line.tell('bus', 'said');
  await turn();
  expect(told).toBe(1);
  expect(sent).toMatchObject([
    { method: 'said' },
    { method: 'said' },
    { method: 'missed' },
    { method: 'said' },
  ]);
});
