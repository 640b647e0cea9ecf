import { type Comparison } from '../../src/operations/execution/query-compiler.js';

let compared = 0;

/** How many answers of compiled queries were compared so far. */
export function comparedSoFar(): number {
  return compared;
}

/** Fails the operation whose compiled answer is not, letter for letter, what graphql-js answers. */
export const bothWays: Comparison = async (compiled, interpret) => {
  const [one, other] = [JSON.stringify(compiled), JSON.stringify(await interpret())];
  compared += 1;
  if (one !== other) throw new Error(`compiled: ${one}\ninterpreted: ${other}`);
};
