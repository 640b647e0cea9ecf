import { type Profiler, Session } from 'node:inspector/promises';

/** How often the functions of a script were called while something was done. */
export interface CountedFunction {
  /** Its path, from the project's folder. */
  readonly file: string;
  readonly name: string;
  readonly calls: number;
}

/** Done by the test itself: the upstream, what asks, and Jest. */
const ofTheTest = /^(?:test|src\/sandbox)\/|node_modules\/(?:jest|@jest|@swc)/;

/**
 * Counts the calls of every function of the project and its libraries, as V8 counts them: the same work gives the same
 * numbers, however slow the machine is.
 */
export async function countedCalls(work: () => Promise<void>): Promise<readonly CountedFunction[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await session.post('Profiler.takePreciseCoverage'); // what was called before starts from none
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

/** All calls of functions whose file and name are such. */
export function callsOf(counted: readonly CountedFunction[], file: RegExp, name = /(?:)/): number {
  return counted
    .filter((one) => file.test(one.file) && name.test(one.name))
    .reduce((sum, { calls }) => sum + calls, 0);
}
