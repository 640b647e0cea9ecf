import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { folderOf } from './contestants.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const isWindows = process.platform === 'win32';

/** Builds the gateway, and installs every rival that is not there or older than its lock file. */
export function install(rivals) {
  npm(['run', '--silent', 'build'], root);
  for (const name of new Set(rivals.map(folderOf))) {
    const folder = fileURLToPath(new URL(`rivals/${name}`, import.meta.url));
    const installed = `${folder}/node_modules/.package-lock.json`;
    const isFresh =
      existsSync(installed) && statSync(installed).mtimeMs >= statSync(`${folder}/package-lock.json`).mtimeMs;
    if (!isFresh) npm(['ci'], folder);
  }
}

function npm(args, cwd) {
  execFileSync('npm', args, { cwd, stdio: ['ignore', 2, 2], shell: isWindows });
}
