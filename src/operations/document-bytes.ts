/** Of a document, whatever its length, and of each character: a token and a node may be two characters. */
const [bytesOfAny, bytesPerCharacter] = [2500, 145];
/** Of a validation error: its nodes, its place and its stack. */
const bytesPerProblem = 7500;
/** Of an operation: its checks, and the page sizes that it is known to be within the limits with. */
const bytesPerOperation = 8000;

/** The memory of a document that was parsed, with its text: less than this, for most documents half of it. */
export function documentBytes(characters: number): number {
  return bytesOfAny + bytesPerCharacter * characters;
}

/** The memory of what validation and admission note of a document. */
export function noteBytes(operations: number, problems: number): number {
  return bytesPerOperation * operations + bytesPerProblem * problems;
}
