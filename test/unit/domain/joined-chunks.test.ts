import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { JoinedChunks } from '../../../src/domain/joined-chunks.js';

/** All pieces of a body. */
function piecesOf(chunks: readonly Buffer[]): Buffer[] {
  const joined = new JoinedChunks();
  const pieces = chunks.flatMap((chunk) => joined.add(chunk));
  const rest = joined.end();
  return rest ? [...pieces, rest] : pieces;
}

it.each([1, 100, 2047])('chunks of %i bytes are joined to pieces of 16 KB', (length) => {
  const chunks = Array.from({ length: Math.ceil(100_000 / length) }, () => Buffer.alloc(length, 'x'));
  expect(piecesOf(chunks).length).toBeLessThanOrEqual(8);
});

it('a single chunk, and a large one, is not copied', () => {
  const [small, large] = [Buffer.from('{}'), Buffer.alloc(5000)];
  expect(piecesOf([small])[0]).toBe(small);
  expect(piecesOf([large])[0]).toBe(large);
  expect(piecesOf([])).toEqual([]);
});

it('all bytes are kept in their order, whatever the chunks are (property)', () => {
  const chunk = fc.oneof(
    fc.uint8Array({ minLength: 0, maxLength: 3 }),
    fc.integer({ min: 500, max: 40_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
  );
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 60 }), (chunks) => {
      const sent = chunks.map((bytes) => Buffer.from(bytes));
      expect(Buffer.concat(piecesOf(sent)).equals(Buffer.concat(sent))).toBe(true);
    }),
  );
});
