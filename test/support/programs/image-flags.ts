import { readFileSync } from 'node:fs';

/** The flags of node in the image, whose container has 512 MB. */
export function imageFlags(): string[] {
  const flags = /ENTRYPOINT \["node", (.*), "dist\/main\.js"\]/.exec(readFileSync('Dockerfile', 'utf8'))?.[1];
  if (flags === undefined) throw new Error('The Dockerfile starts the gateway in another way.');
  return flags.split(', ').map((flag) => JSON.parse(flag) as string);
}
