import { type Profiler, Session } from 'node:inspector/promises';
import { afterAll } from '@jest/globals';

/** Number of calls of each function in a script during some work. */
export interface CountedFunction {
  /** Its path, relative to the project. */
  readonly file: string;
  readonly name: string;
  readonly calls: number;
}

/** Code of the test itself: the upstream, the client, and Jest. */
const ofTheTest = /^(?:test|src\/sandbox)\/|node_modules\/(?:jest|@jest|@swc)/;

let session: Session | undefined;

/** Starts to count, until the end of the suite: to start and to stop takes V8 longer than what is counted. */
async function opened(): Promise<Session> {
  if (session) return session;
  session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  return session;
}

afterAll(() => session?.disconnect());

/**
 * Counts the calls of every function of the project and its libraries with V8: the same work has the same
 * counts on every machine.
 */
export async function countedCalls(work: () => Promise<void>): Promise<readonly CountedFunction[]> {
  const counting = await opened();
  await counting.post('Profiler.takePreciseCoverage'); // resets earlier counts
  await work();
  const { result } = await counting.post('Profiler.takePreciseCoverage');
  return result.flatMap(functionsOf);
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
