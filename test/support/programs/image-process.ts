import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { credentials } from '../gateway/gateway-under-test.js';
import { cwd, main } from '../gateway/workers.js';

/** The flags of node in the image, whose container has 512 MB. */
function imageFlags(): string[] {
  const flags = /ENTRYPOINT \["node", (.*), "dist\/main\.js"\]/.exec(readFileSync('Dockerfile', 'utf8'))?.[1];
  if (flags === undefined) throw new Error('The Dockerfile starts the gateway in another way.');
  return flags.split(', ').map((flag) => JSON.parse(flag) as string);
}

/** What the image sets for malloc. */
function imageMalloc(): NodeJS.ProcessEnv {
  const settings = readFileSync('Dockerfile', 'utf8').matchAll(/\b(MALLOC_\w+)=(\d+)/g);
  return Object.fromEntries(
    [...settings].map(([, name = '', value]): [string, string | undefined] => [name, value]),
  );
}

/** Starts the gateway with the heap of the image, in front of an upstream without a rate limit. */
export function startAsImage(baseUrl: string, environment: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [...imageFlags(), main], {
    cwd,
    env: {
      PATH: process.env['PATH'],
      ...imageMalloc(),
      PORT: '0',
      LOG_LEVEL: 'error',
      EXOTEL_BASE_URL: baseUrl,
      EXOTEL_ACCOUNT_SID: credentials.accountSid,
      EXOTEL_API_KEY: credentials.apiKey,
      EXOTEL_API_TOKEN: credentials.apiToken,
      EXOTEL_CHECK: 'off',
      EXOTEL_RATE_LIMIT: '0',
      ...environment,
    },
  });
}
