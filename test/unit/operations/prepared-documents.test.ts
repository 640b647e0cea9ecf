import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { preparedDocuments } from '../../support/operations/prepared.js';

const schema = buildSchema('type Query { a: Query b: Query c: Int }');
const mebibyte = 1024 * 1024;

/** A unique query with at least this many characters and about this many selections. */
function query(number: number, selections: number, characters = 0): string {
  return `query Q${number} { ${'a { c } b { c } '.repeat(selections / 4)} }${' '.repeat(characters)}`;
}

describe('prepared documents', () => {
  it.each([
    ['many selections', 400, 0],
    ['long texts', 4, 200_000],
  ])('count their compiled queries, with %s, against one bound', (_what, selections, characters) => {
    const documents = preparedDocuments(schema, { maximumBytes: 32 * mebibyte });
    const all = Array.from({ length: 200 }, (_, number) => query(number, selections, characters));
    for (const text of all) {
      const operation = documents.prepare(text).operation(undefined);
      expect(documents.compiled(operation)?.bytes).toBeGreaterThan(20_000);
    }
    const { entries, bytes } = documents.size;
    expect(bytes).toBeLessThanOrEqual(32 * mebibyte);
    expect(bytes).toBeGreaterThan(27 * mebibyte);
    expect(entries).toBeLessThan(all.length);
  });

  it('counts a compiled query towards the size of the cache', () => {
    const documents = preparedDocuments(schema);
    const operation = documents.prepare(query(0, 4)).operation(undefined);
    const before = documents.size;
    const compiled = documents.compiled(operation);
    expect(documents.size).toEqual({ entries: 1, bytes: before.bytes + (compiled?.bytes ?? NaN) });
  });

  it('compiles an evicted query after as many uses as a new one', () => {
    const documents = preparedDocuments(schema, { maximumBytes: 32 * mebibyte, afterUses: 1 });
    const isCompiled = (text: string) =>
      documents.compiled(documents.prepare(text).operation(undefined)) !== undefined;
    const first = query(0, 4);
    expect([isCompiled(first), isCompiled(first), isCompiled(first)]).toEqual([false, true, true]);
    for (let other = 1; other <= 200; other += 1) isCompiled(query(other, 4, 200_000));
    expect([isCompiled(first), isCompiled(first)]).toEqual([false, true]);
  });
});
