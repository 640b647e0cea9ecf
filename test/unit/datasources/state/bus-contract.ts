import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type SharedBus } from '../../../../src/datasources/state/shared-bus.js';
import { until } from '../../../support/clients/subscribing.js';

/** One bus, opened by three gateways. */
export interface OpenedBus {
  readonly buses: readonly [SharedBus, SharedBus, SharedBus];
  close(): Promise<void>;
}

/** The guarantees of every shared bus, independent of its transport. */
export function describeSharedBus(name: string, open: () => Promise<OpenedBus>): void {
  describe(`${name} as a shared bus`, () => {
    let opened: OpenedBus;
    let received: string[][];
    beforeEach(async () => {
      opened = await open();
      received = opened.buses.map((bus) => {
        const texts: string[] = [];
        bus.subscribe('news', (text) => texts.push(text));
        return texts;
      });
      await until(() => opened.buses.every(({ isConnected }) => isConnected));
    });
    afterEach(() => opened.close());

    it('delivers to all other instances once, in order, and not to the sender', async () => {
      const texts = Array.from({ length: 200 }, (_, index) => `text ${index}`);
      for (const text of texts) opened.buses[0].publish('news', text);
      opened.buses[1].publish('news', 'from the second');
      await until(
        () => received[0]?.length === 1 && received[1]?.length === 200 && received[2]?.length === 201,
      );
      expect(received[0]).toEqual(['from the second']);
      expect(received[1]).toEqual(texts);
      expect(received[2]?.filter((text) => text !== 'from the second')).toEqual(texts);
    });

    it.each([
      ['nothing', ''],
      ['spaces', ' a  b '],
      ['every script', 'नमस्कार 🎉 "\\\r\n e\u0301 \u0000'],
      ['100 kB', 'é🎉'.repeat(17_000)],
    ])('delivers a text of %s unchanged', async (_what, text) => {
      opened.buses[2].publish('news', text);
      await until(() => received[0]?.length === 1 && received[1]?.length === 1);
      expect(received.slice(0, 2)).toEqual([[text], [text]]);
    });

    it('keeps topics apart, and allows several subscribers of one', async () => {
      const other: string[] = [];
      const again: string[] = [];
      opened.buses[1].subscribe('other news', (text) => other.push(text));
      opened.buses[1].subscribe('news', (text) => again.push(text));
      await until(() => {
        opened.buses[0].publish('other news', 'other'); // a new subscription may take a moment
        return other.length > 0;
      });
      opened.buses[0].publish('news', 'this');
      await until(() => received[1]?.length === 1 && again.length === 1);
      expect([...received.flat(), ...again]).toEqual(['this', 'this', 'this']);
      expect(new Set(other)).toEqual(new Set(['other']));
    });

    it('delivers nothing after unsubscribing or closing', async () => {
      const texts: string[] = [];
      const stop = opened.buses[1].subscribe('news', (text) => texts.push(text));
      stop();
      opened.buses[2].close();
      opened.buses[0].publish('news', 'this');
      await until(() => received[1]?.length === 1);
      expect([texts, received[2]]).toEqual([[], []]);
    });
  });
}
