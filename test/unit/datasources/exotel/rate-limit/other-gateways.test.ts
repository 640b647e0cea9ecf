import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  type EnteredCall,
  OtherGateways,
} from '../../../../../src/datasources/exotel/rate-limit/other-gateways.js';

const callsOf = (gateway: string, count: number, expiresAtMs = 60_000): EnteredCall[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${gateway}/${index}`,
    isBackground: false,
    isInFlight: false,
    beganAtMs: 0,
    expiresAtMs,
  }));

let others: OtherGateways;
const ids = (calls: readonly EnteredCall[]): string[] => calls.map(({ id }) => id);

describe.each(['outage', 'loss'] as const)('the other gateways, after the %s of the window', (why) => {
  beforeEach(() => {
    others = new OtherGateways();
    others.learn(['own', 'a', 'b'], [...callsOf('a', 3), ...callsOf('b', 2)], 0);
    others.lose(1000, why);
  });

  it('keep the calls that were known of them until each has entered its own again', () => {
    expect(others.learn(['own'], [], 1000)).toHaveLength(5);
    const entered = callsOf('a', 4, 61_000);
    const known = others.learn(['own', 'a'], entered, 1500);
    expect(known).toEqual([...entered, ...callsOf('b', 2)]);
    expect(others.learn(['own', 'a', 'b'], entered, 2000)).toEqual(entered);
  });

  it('keep the calls of one that is gone until they expire, also after another loss', () => {
    others.learn(['own', 'a'], [], 1500);
    others.lose(2000, why);
    expect(ids(others.learn(['own', 'a'], [], 59_999))).toEqual(['b/0', 'b/1']);
    expect(others.learn(['own', 'a'], [], 60_000)).toEqual([]);
  });

  it('count each call once, as the window has it now', () => {
    const again = callsOf('b', 1, 90_000);
    const known = others.learn(['own', 'a'], again, 1500);
    expect(known).toEqual([...again, ...callsOf('b', 2).slice(1)]);
  });

  it('may each send as much as this one, until all are back or counted as gone', () => {
    others.learn(['own', 'a'], [], 1500);
    expect(others.weight(true, 5999)).toBe(3);
    expect(others.weight(true, 6000)).toBe(1);
    others.lose(7000, why);
    others.learn(['own', 'a', 'b'], [], 7500);
    expect(others.weight(true, 7500)).toBe(1);
    expect(others.weight(false, 7500)).toBe(3);
  });
});

describe('calls of this gateway', () => {
  beforeEach(() => {
    others = new OtherGateways();
    others.learn(['own', 'a'], [], 0);
  });

  it('are held after a loss until the others are back, one and a half seconds at most', () => {
    others.lose(1000, 'loss');
    expect(others.holdMs(1000)).toBe(1500);
    others.learn(['own'], [], 1100);
    expect(others.holdMs(2499)).toBe(1);
    expect(others.holdMs(2500)).toBe(0);
    others.learn(['own', 'a'], [], 2600);
    others.lose(3000, 'loss');
    others.learn(['own', 'a'], [], 3100);
    expect(others.holdMs(3100)).toBe(0);
  });

  it('are not held after an outage, nor where there is no other gateway', () => {
    others.lose(1000, 'outage');
    expect(others.holdMs(1000)).toBe(0);
    const alone = new OtherGateways();
    alone.learn(['own'], [], 0);
    alone.lose(1000, 'loss');
    expect(alone.holdMs(1000)).toBe(0);
    expect(alone.weight(true, 1000)).toBe(1);
  });
});
