import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Cursor,
  decodeCursor,
  fingerprintOf,
  markOf,
} from '../../../src/datasources/paging/cursors/cursor.js';
import { type ListSource } from '../../../src/datasources/paging/list-source.js';
import { PageMaximum } from '../../../src/datasources/paging/page-maximum.js';
import { type Row, sidOf, type Slice } from '../../../src/domain/lists/page.js';
import { UpstreamFailure } from '../../../src/domain/upstream-failure.js';
import { Sweep } from '../../../src/export/sweep.js';
import { runsOf } from '../../support/property-runs.js';

interface Listed {
  readonly sid: string;
}
const source: ListSource<Listed> = { identity: 'messages c {"', direction: null, sortKeyOf: () => null };

/** What happens to the list before a window is read; places are taken modulo its length. */
interface Move {
  readonly kind: 'insert' | 'remove' | 'move';
  readonly at: number;
  readonly count: number;
  /** Of a move: how far from the end the rows go. */
  readonly to?: number;
}

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('insert', 'remove'),
    // Mostly around the front, where a change moves everything behind it.
    at: fc.oneof(fc.nat(5), fc.nat(400)),
    count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 120 })),
  }),
  { maxLength: 2 },
);

interface SweepOptions {
  /** Whether each window is read by a new sweep, after a cursor. */
  readonly resumes?: boolean;
  /** Whether it begins once more where rows may have moved. */
  readonly repeats?: boolean;
  /** Rows of a response at most. */
  readonly pageRows?: number;
  /** Calls after which a new sweep goes on after the last cursor. */
  readonly interruptions?: readonly number[];
  /** Share of the rows that can't be read, but have a sid. */
  readonly unreadable?: number;
}

const failures = new Map<string, UpstreamFailure>();
/** A row that can't be read. Each is made once: an error is slow to make. */
function failureOf(sid: string): UpstreamFailure {
  const failure = failures.get(sid) ?? new UpstreamFailure('invalidResponse', { sid });
  failures.set(sid, failure);
  return failure;
}

/** Sweeps a list that moves between the reads. @returns what it has seen, and which rows that stayed it has not. */
async function sweepOf(
  length: number,
  steps: readonly (readonly Move[])[],
  { resumes = false, repeats = false, pageRows = 50, interruptions = [], unreadable = 0 }: SweepOptions = {},
) {
  const list: Listed[] = Array.from({ length }, (_, index) => ({ sid: `m${String(index)}` }));
  const stayed = new Set(list.map(({ sid }) => sid));
  let [calls, inserted] = [0, 0];
  let after: Cursor | undefined;
  const rowOf = (row: Listed): Row<Listed> =>
    markOf(row.sid) % 100 < unreadable * 100 ? failureOf(row.sid) : row;
  const options = () => ({
    source,
    maximum: new PageMaximum(() => 0),
    after,
    read: ({ offset, limit: asked }: Slice) => {
      for (const { kind, at, count, to = 0 } of steps[calls] ?? []) {
        const place = at % (list.length + 1);
        if (kind === 'move') {
          const moved = list.splice(place, count);
          for (const { sid } of moved) stayed.delete(sid); // may be before the sweep, or behind it
          list.splice(Math.max(list.length - to, 0), 0, ...moved);
        } else if (kind === 'remove') for (const { sid } of list.splice(place, count)) stayed.delete(sid);
        else
          list.splice(
            place,
            0,
            ...Array.from({ length: count }, () => ({ sid: `n${String((inserted += 1))}` })),
          );
      }
      calls += 1;
      const limit = Math.min(asked, pageRows);
      const rows = list.slice(offset, offset + limit).map(rowOf);
      return Promise.resolve({ value: { offset, limit, total: list.length, rows }, readAtMs: 0 });
    },
  });
  let sweep = new Sweep<Listed>(options());
  const seen: string[] = [];
  for (;;) {
    const swept = await sweep.next().catch((error: unknown) => {
      if (error instanceof UpstreamFailure) return undefined; // faster than it can be read: tried again later
      throw error;
    });
    if (!swept) continue;
    const { rows, end, total, cursor } = swept;
    seen.push(...rows.map(({ row }) => sidOf(row) ?? ''));
    if ((resumes || interruptions.includes(calls)) && cursor !== null) {
      after = decodeCursor(cursor, fingerprintOf(source.identity), 'after');
      sweep = new Sweep<Listed>(options());
    }
    if (end >= total && !(repeats && sweep.goesOnAtEnd())) {
      for (const sid of seen) stayed.delete(sid);
      return { seen, missing: [...stayed], calls };
    }
    if (calls > 20_000) throw new Error('the sweep does not end');
  }
}

describe('a sweep', () => {
  it('has every row that is in the list throughout, once, whatever comes and goes between its windows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.array(moves, { maxLength: 12 }),
        async (length, steps) => {
          const { seen, missing } = await sweepOf(length, steps);
          expect(missing).toEqual([]);
          expect(seen.length).toBe(new Set(seen).size);
        },
      ),
      { numRuns: runsOf(120) },
    );
  });

  it('has them also where each window is read after a cursor, while few rows come and go', async () => {
    const move = fc.record({
      kind: fc.constantFrom('insert' as const, 'remove' as const),
      at: fc.nat(400),
      count: fc.integer({ min: 1, max: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.array(move, { maxLength: 1 }), { maxLength: 12 }),
        async (length, steps) => {
          const { seen, missing } = await sweepOf(length, steps, { resumes: true });
          expect(missing).toEqual([]);
          expect(seen.length).toBe(new Set(seen).size);
        },
      ),
      { numRuns: runsOf(100) },
    );
  });

  it('has them also where more rows come in front, or go, before each call than several pages have, and rows cannot be read', async () => {
    const move = fc.record({
      kind: fc.constantFrom('insert' as const, 'insert' as const, 'remove' as const),
      at: fc.oneof(fc.constant(0), fc.constant(0), fc.nat(2000)),
      count: fc.oneof(fc.nat(30), fc.nat(400)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 1500 }),
        fc.array(fc.array(move, { maxLength: 2 }), { maxLength: 60 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(0, 0.3, 1),
        async (length, steps, pageRows, unreadable) => {
          const { seen, missing } = await sweepOf(length, steps, { pageRows, unreadable });
          expect(missing).toEqual([]);
          expect(seen.length).toBe(new Set(seen).size);
        },
      ),
      { numRuns: runsOf(70) },
    );
  });

  it('has them also where rows move towards the end of the list, and begins once more if in doubt', async () => {
    const move = fc.record({
      kind: fc.constant('move' as const),
      at: fc.oneof(fc.nat(5), fc.nat(400)),
      count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 60 })),
      to: fc.oneof(fc.constant(0), fc.nat(200)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 400 }),
        fc.nat(8),
        fc.array(move, { minLength: 1, maxLength: 2 }),
        fc.integer({ min: 5, max: 50 }),
        async (length, at, step, pageRows) => {
          const steps = [...Array.from({ length: at }, () => []), step];
          const { seen, missing } = await sweepOf(length, steps, { repeats: true, pageRows });
          expect(missing).toEqual([]);
          expect(seen.length).toBe(new Set(seen).size);
        },
      ),
      { numRuns: runsOf(120) },
    );
  });

  it('leaves none of them out where it is interrupted in any of its passes, and resumes after a cursor', async () => {
    const move = fc.record({
      kind: fc.constant('move' as const),
      at: fc.nat(400),
      count: fc.integer({ min: 1, max: 5 }),
      to: fc.nat(400),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 50, max: 400 }),
        fc.nat(8),
        move,
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 6 }),
        fc.integer({ min: 20, max: 50 }),
        async (length, at, step, interruptions, pageRows) => {
          const steps = [...Array.from({ length: at }, () => []), [step]];
          const { missing } = await sweepOf(length, steps, { repeats: true, interruptions, pageRows });
          expect(missing).toEqual([]);
        },
      ),
      { numRuns: runsOf(100) },
    );
  });

  it.each([50, 7])(
    'follows rows that come in front at a constant rate with a call for each window of %i, whatever the rate',
    async (pageRows) => {
      for (const count of [5, 45, 100, 1000]) {
        const steps = Array.from({ length: 30 }, () => [{ kind: 'insert' as const, at: 0, count }]);
        const { seen, missing, calls } = await sweepOf(300, steps, { pageRows });
        expect(missing).toEqual([]);
        expect(seen.length).toBe(new Set(seen).size);
        expect(calls).toBeLessThanOrEqual(Math.ceil((300 + count) / (pageRows - 1)) + 6);
      }
    },
  );

  it('continues with one row a page, and ends', async () => {
    const { seen, calls } = await sweepOf(40, [], { pageRows: 1 });
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => `m${String(index)}`));
    expect(calls).toBeLessThanOrEqual(3 * 40);
  });

  it('costs a call for each window less a row while nothing moves', async () => {
    for (const [length, expected] of [
      [0, 1],
      [50, 1],
      [51, 2],
      [99, 2],
      [100, 3],
      [5000, 1 + Math.ceil(4950 / 49)],
    ] as const)
      expect((await sweepOf(length, [])).calls).toBe(expected);
  });

  it.each([
    ['where a window ends with them', [3, 48, 49, 50, 97, 119]],
    ['where a window has no others', Array.from({ length: 70 }, (_, index) => 20 + index)],
    ['where there are no others', Array.from({ length: 120 }, (_, index) => index)],
  ])('passes rows that cannot be read once, also %s', async (_where, unreadable) => {
    const rows: Row<Listed>[] = Array.from({ length: 120 }, (_, index) =>
      unreadable.includes(index) ? new UpstreamFailure('invalidResponse') : { sid: `m${String(index)}` },
    );
    const sweep = new Sweep<Listed>({
      source,
      maximum: new PageMaximum(() => 0),
      after: undefined,
      read: ({ offset, limit }) =>
        Promise.resolve({
          value: { offset, limit, total: rows.length, rows: rows.slice(offset, offset + limit) },
          readAtMs: 0,
        }),
    });
    const seen: number[] = [];
    for (let end = 0; end < rows.length;) {
      const swept = await sweep.next();
      seen.push(...swept.rows.map(({ index }) => index));
      ({ end } = swept);
    }
    expect(seen).toEqual(rows.map((_, index) => index));
  });

  it('resumes after the cursor of every row, where rows that cannot be read have a sid or none', async () => {
    const withSid = new UpstreamFailure('invalidResponse', { sid: 'broken' });
    const withoutSid = new UpstreamFailure('invalidResponse');
    const rows: Row<Listed>[] = Array.from({ length: 60 }, (_, index) => ({ sid: `m${String(index)}` }));
    rows.splice(7, 2, withSid, withoutSid);
    rows.splice(20, 3, withoutSid, withSid, withoutSid);
    const sweepAfter = (cursor: string | undefined): Sweep<Listed> =>
      new Sweep<Listed>({
        source,
        maximum: new PageMaximum(() => 0),
        after:
          cursor === undefined ? undefined : decodeCursor(cursor, fingerprintOf(source.identity), 'after'),
        read: ({ offset, limit }) =>
          Promise.resolve({
            value: { offset, limit, total: rows.length, rows: rows.slice(offset, offset + limit) },
            readAtMs: 0,
          }),
      });
    const all = await sweepAfter(undefined).next();
    const missed: number[] = [];
    for (let index = 0; index < 49; index += 1) {
      const { rows: swept } = await sweepAfter(all.cursorAt(index)).next();
      if (swept[0]?.index !== index + 1) missed.push(index);
    }
    expect(missed).toEqual([]);
  });
});
