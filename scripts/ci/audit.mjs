/**
 * Fails where the registry knows of a high or critical advisory against a package of production. Without an answer
 * of the registry (a mirror without the endpoint, no network) it says so and passes: then nothing is known, good or bad.
 */
import { spawnSync } from 'node:child_process';
import { inProduction } from './production.mjs';

const { stdout } = inProduction((cwd) =>
  spawnSync('npm', ['audit', '--package-lock-only', '--json'], { cwd, encoding: 'utf8' }),
);
const found = (() => {
  try {
    return JSON.parse(stdout).metadata?.vulnerabilities;
  } catch {
    return undefined;
  }
})();
if (found === undefined) {
  console.warn('NOT AUDITED: the registry could not be asked for advisories.');
} else {
  console.log(`advisories: ${JSON.stringify(found)}`);
  process.exitCode = found.high + found.critical > 0 ? 1 : 0;
}
