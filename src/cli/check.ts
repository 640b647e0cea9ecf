import { version } from '../app/gateway-facts.js';
import { checks } from '../app/checks/checks.js';
import { type Verdict } from '../app/checks/verdict.js';
import { heapBytes, refuseSmallHeap } from '../app/memory-budget.js';
import { type Config, readConfig, type Variables } from '../config/config.js';
import { ConfigError } from '../config/environment/environment.js';
import { noticesOf } from '../config/start-message.js';
import { type Output } from './command-line.js';

/** A check that takes longer is shown as waiting. */
const patienceMs = 1000;

/** A check with its result, or a notice with its kind. */
interface Line {
  readonly check: string;
  readonly result: Verdict['result'] | 'notice';
  readonly detail: string;
}

/**
 * Judges the configuration and tries all that it depends on. Starts nothing.
 * @param isJson prints one JSON object instead of lines.
 * @param variables by default those of this process, and of `.env` in its working directory.
 * @returns the exit code: 1 if a check failed.
 */
export async function runChecks(
  isJson: boolean,
  { log, error }: Output,
  variables?: Variables,
): Promise<number> {
  const lines: Line[] = [];
  const show = (line: Line): void => {
    lines.push(line);
    if (!isJson) log(rowOf(line.result, line.check, line.detail));
  };
  if (!isJson) log(`campaign-gateway ${version} checks its configuration\n`);
  const config = configuration(show, variables);
  for (const { check, verdict } of begun(config)) {
    const waiting = setTimeout(() => {
      error(rowOf('waiting', check, '…'));
    }, patienceMs);
    const line = { check, ...(await verdict) };
    clearTimeout(waiting);
    show(line);
  }
  if (config)
    for (const { kind, text } of noticesOf(config)) show({ check: kind, result: 'notice', detail: text });
  const count = lines.filter(({ result }) => result === 'failed').length;
  if (isJson) log(JSON.stringify({ version, passed: count === 0, checks: lines }, null, 2));
  else log(`\n${count === 0 ? 'No check failed.' : `${count} failed.`}`);
  return count === 0 ? 0 : 1;
}

function rowOf(result: string, check: string, detail: string): string {
  return `  ${result.padEnd(8)} ${check.padEnd(14)} ${detail}`;
}

/** Reads the configuration as a start does, and shows each problem. @returns undefined if there is one. */
function configuration(show: (line: Line) => void, variables: Variables | undefined): Config | undefined {
  const check = 'Configuration';
  try {
    const config = readConfig(variables);
    refuseSmallHeap(heapBytes(config.nodeOptions));
    show({ check, result: 'passed', detail: 'all settings are valid' });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    for (const detail of error.problems) show({ check, result: 'failed', detail });
    return undefined;
  }
}

/** Begins all checks at the same time. */
function begun(config: Config | undefined) {
  return checks.map(({ name, run }) => ({
    check: name,
    verdict: config ? verdictOf(() => run(config)) : Promise.resolve(invalid),
  }));
}

const invalid: Verdict = { result: 'skipped', detail: 'the configuration is not valid' };

/** An unexpected error fails its check and no other; its message may quote anything. */
async function verdictOf(run: () => Verdict | Promise<Verdict>): Promise<Verdict> {
  try {
    return await run();
  } catch {
    return { result: 'failed', detail: 'an unexpected error: please report it' };
  }
}
