import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../../../../src/datasources/state/memory-state.js';
import { type SharedState } from '../../../../../src/datasources/state/shared-state.js';
import { SidReservations } from '../../../../../src/datasources/writing/look-up/sid-reservations.js';

let state: SharedState;
let reservations: SidReservations;
beforeEach(() => {
  state = new MemoryState(() => 0, 10_000_000);
  reservations = new SidReservations(state);
});

describe('the reservation of a campaign', () => {
  it('is of one create', async () => {
    expect(await reservations.reserve('a', 'one')).toBe(true);
    expect(await reservations.reserve('a', 'two')).toBe(false);
    expect(await reservations.isAnothers('a', 'two')).toBe(true);
    expect(await reservations.isAnothers('a', 'one')).toBe(false);
  });

  it('may be made again by its create', async () => {
    expect(await reservations.reserve('a', 'one')).toBe(true);
    expect(await reservations.reserve('a', 'one')).toBe(true);
    expect(await new SidReservations(state).reserve('a', 'one')).toBe(true);
  });

  it('is the only one of its create: another campaign stays free for its own', async () => {
    expect(await reservations.reserve('a', 'one')).toBe(true);
    expect(await reservations.reserve('b', 'one')).toBe(false);
    expect(await reservations.reservedFor('one')).toBe('a');
    expect(await reservations.reserve('b', 'two')).toBe(true);
  });

  it('is the only one also where two look-ups make it at the same time', async () => {
    const made = await Promise.all(['a', 'b', 'a'].map((sid) => reservations.reserve(sid, 'one')));
    expect(made).toEqual([true, false, true]);
    expect(await reservations.reserve('b', 'two')).toBe(true);
  });

  it('moves on to the next campaign if the first belongs to another create', async () => {
    await new SidReservations(state).reserve('a', 'another');
    const made = await Promise.all(['a', 'b'].map((sid) => reservations.reserve(sid, 'one')));
    expect(made).toEqual([false, true]);
    expect(await reservations.reservedFor('one')).toBe('b');
  });

  it('can be made once the store is there again', async () => {
    const insert = state.insert.bind(state);
    state.insert = () => Promise.reject(new Error('unreachable'));
    await expect(reservations.reserve('a', 'one')).rejects.toThrow('unreachable');
    state.insert = insert;
    expect(await reservations.reservedFor('one')).toBeUndefined();
    expect(await reservations.reserve('b', 'one')).toBe(true);
  });

  it('of an accepted answer is saved once the store is there again, before another create looks', async () => {
    const insert = state.insert.bind(state);
    let saved = 0;
    const count = () => Promise.resolve(void (saved += 1));
    state.insert = () => Promise.reject(new Error('unreachable'));
    expect(await reservations.reserveAnswered('a', 'one', count)).toBeUndefined();
    expect(await reservations.reserveAnswered('b', 'two', count)).toBeUndefined();
    state.insert = insert;
    expect(await reservations.isAnothers('a', 'three')).toBe(true);
    expect(await new SidReservations(state).reserve('b', 'three')).toBe(false);
    expect(saved).toBe(2);
    expect(await reservations.reserveAnswered('c', 'three', count)).toBe(true);
    expect(saved).toBe(3);
  });
});
