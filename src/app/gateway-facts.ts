import { readFileSync } from 'node:fs';
import { type Config } from '../config/config.js';
import { type RequestContext } from '../resolvers/context.js';
import { type OpenUpstream } from './upstream.js';

/** package.json is beside src/ and dist/, in the repository and in the package. */
const packageFile = new URL('../../package.json', import.meta.url);

/** Version of the gateway. */
export const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly version: string };

/** Returns a function that describes the gateway as it is now, for `Query.campaignGateway`. */
export function gatewayFacts(
  { upstream }: Pick<Config, 'upstream'>,
  { accountSid, rateLimiter }: Pick<OpenUpstream, 'accountSid' | 'rateLimiter'>,
): RequestContext['gateway'] {
  const facts = {
    version,
    mode: upstream.kind === 'live' ? 'LIVE' : 'SANDBOX',
    region: upstream.kind === 'live' ? upstream.region : null,
    accountSid,
  } as const;
  return () => {
    const { limit, left } = rateLimiter.figures;
    const resetsAt = new Date(rateLimiter.resetsAtMs).toISOString();
    return { ...facts, budget: limit === null ? null : { limit, remaining: left ?? limit, resetsAt } };
  };
}
