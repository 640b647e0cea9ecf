import { type Comparison } from '../../../src/operations/execution/query-compiler.js';

let compared = 0;

/** Number of compared responses so far. */
export function comparedSoFar(): number {
  return compared;
}

/** Fails an operation if its compiled response differs from the response of graphql-js in any character. */
export const compareResults: Comparison = async (compiled, interpret) => {
  const [one, other] = [JSON.stringify(compiled), JSON.stringify(await interpret())];
  compared += 1;
  if (one !== other) throw new Error(`compiled: ${one}\ninterpreted: ${other}`);
};
