import { type Environment, shown } from './environment.js';
import { isLoopback } from './values.js';

/** Addresses that something secret goes to or comes from, and what of it is readable on the way over plain HTTP. */
const secretOverHttp = {
  EXOTEL_BASE_URL: "the account's credentials",
  JWT_JWKS_URL: 'the keys that tokens are checked with',
  PUBLIC_URL: 'the signed addresses of the webhooks',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'the traces',
} as const;

/**
 * Refuses plain HTTP to another machine, unless ALLOW_HTTP is on.
 * @returns what is sent over it where it is allowed, for the start message.
 */
export function readPlainHttp(environment: Environment): readonly string[] {
  const isAllowed = environment.read('ALLOW_HTTP') === 'on';
  const allowed: string[] = [];
  for (const name of Object.keys(secretOverHttp) as (keyof typeof secretOverHttp)[]) {
    const url = environment.said(name) === undefined ? undefined : environment.read(name);
    if (url === undefined || !isPlain(url)) continue;
    const secret = secretOverHttp[name];
    if (isAllowed) allowed.push(`${name} is plain HTTP (ALLOW_HTTP=on): ${secret} can be read on the way`);
    else
      environment.refuse(
        `${name}: got ${shown(url)}, takes https: over plain HTTP ${secret} can be read and changed on the way. ` +
          'ALLOW_HTTP=on allows it.',
      );
  }
  return allowed;
}

function isPlain(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && !isLoopback(hostname);
}
