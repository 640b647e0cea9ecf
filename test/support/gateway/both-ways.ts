import { type DocumentNode } from 'graphql';
import { type Comparison } from '../../../src/operations/execution/query-compiler.js';

let compared = 0;

/** Number of compared responses so far. */
export function comparedSoFar(): number {
  return compared;
}

/** Fails an operation if its compiled response differs from the response of graphql-js in any character. */
export const compareAllResults: Comparison = async (compiled, interpret) => {
  const [one, other] = [JSON.stringify(compiled), JSON.stringify(await interpret())];
  compared += 1;
  if (one !== other) throw new Error(`compiled: ${one}\ninterpreted: ${other}`);
};

/** A suite may send one query thousands of times; its first results show whether it was compiled correctly. */
const comparedOfEach = 20;
const results = new WeakMap<DocumentNode, number>();

/** Compares the first results of each query. */
export const compareResults: Comparison = async (compiled, interpret, document) => {
  const before = results.get(document) ?? 0;
  results.set(document, before + 1);
  if (before < comparedOfEach) await compareAllResults(compiled, interpret, document);
};
