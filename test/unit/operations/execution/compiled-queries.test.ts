import { expect, it } from '@jest/globals';
import { buildSchema, getOperationAST, parse } from 'graphql';
import { CompiledQueries } from '../../../../src/operations/execution/compiled-queries.js';

const schema = buildSchema('type Query { a: Query b: Query c: Int }');
const mebibyte = 1024 * 1024;

/** A query like no other, of about so many selections, in a text of so many characters at least. */
function query(number: number, selections: number, characters = 0) {
  const document = parse(
    `query Q${number} { ${'a { c } b { c } '.repeat(selections / 4)} }${' '.repeat(characters)}`,
  );
  const operation = getOperationAST(document);
  if (!operation) throw new Error('there is one');
  return { document, operation };
}

it.each([
  ['many selections', 400, 0],
  ['long texts', 4, 200_000],
])('compiled queries with %s take no more memory than a frontend needs', (_what, selections, characters) => {
  const queries = new CompiledQueries(schema, { afterUses: 0, maximumBytes: 32 * mebibyte });
  const all = Array.from({ length: 200 }, (_, number) => query(number, selections, characters));
  for (const { document, operation } of all) expect(queries.of(document, operation)).toBeDefined();
  const { entries, bytes } = queries.size;
  expect(bytes).toBeLessThanOrEqual(32 * mebibyte);
  expect(entries).toBeLessThan(all.length);
});

it('what had to make room is worth compiling once it was asked again as often as anything new', () => {
  const queries = new CompiledQueries(schema, { afterUses: 1, maximumBytes: 32 * mebibyte });
  const { document, operation } = query(0, 4);
  const isCompiled = () => queries.of(document, operation) !== undefined;
  expect([isCompiled(), isCompiled(), isCompiled()]).toEqual([false, true, true]);
  for (let other = 1; other <= 200; other += 1) {
    const { document: large, operation: asked } = query(other, 4, 200_000);
    queries.of(large, asked);
    queries.of(large, asked);
  }
  expect([isCompiled(), isCompiled()]).toEqual([false, true]);
});
