import { type Profiler, Session } from 'node:inspector/promises';

/** Number of calls of each function in a script during some work. */
export interface CountedFunction {
  /** Its path, relative to the project. */
  readonly file: string;
  readonly name: string;
  readonly calls: number;
}

/** Code of the test itself: the upstream, the client, and Jest. */
const ofTheTest = /^(?:test|src\/sandbox)\/|node_modules\/(?:jest|@jest|@swc)/;

/**
 * Counts the calls of every function of the project and its libraries with V8: the same work has the same
 * counts on every machine.
 */
export async function countedCalls(work: () => Promise<void>): Promise<readonly CountedFunction[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await session.post('Profiler.takePreciseCoverage'); // resets earlier counts
    await work();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    return result.flatMap(functionsOf);
  } finally {
    session.disconnect();
  }
}

function functionsOf({ url, functions }: Profiler.ScriptCoverage): CountedFunction[] {
  const file = url.replace('file://', '').replace(`${process.cwd()}/`, '');
  if (!/^(?:src|test|node_modules)\//.test(file) || ofTheTest.test(file)) return [];
  return functions.map(({ functionName: name, ranges }) => ({ file, name, calls: ranges[0]?.count ?? 0 }));
}

/** Number of calls of functions with this file and name. */
export function callsOf(counted: readonly CountedFunction[], file: RegExp, name = /(?:)/): number {
  return counted
    .filter((one) => file.test(one.file) && name.test(one.name))
    .reduce((sum, { calls }) => sum + calls, 0);
}
