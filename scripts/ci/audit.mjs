/**
 * Fails where the registry knows of a high or critical advisory against a package of production. A registry that can't
 * be asked (a mirror without the endpoint, no network) is said, and fails nothing: then nothing is known, good or bad.
 */
import { spawnSync } from 'node:child_process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
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
