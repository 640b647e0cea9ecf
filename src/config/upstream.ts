import { type Environment } from './environment/environment.js';

/** Address and credentials of an upstream. */
export interface UpstreamAccess {
  readonly baseUrl: string;
  readonly accountSid: string;
  readonly apiKey: string;
  readonly apiToken: string;
}

/** Region of Exotel's API. */
type Region = 'singapore' | 'mumbai';

/** The live upstream, or the embedded sandbox. */
export type UpstreamConfig =
  | ({ readonly kind: 'live'; readonly region: Region } & UpstreamAccess)
  | {
      readonly kind: 'sandbox';
      readonly speed: number;
      /** The sandbox that the primary process runs for its workers; undefined: not started yet. */
      readonly running?: UpstreamAccess;
    };

/** Address of the API in each region. */
export const regions: Readonly<Record<Region, string>> = {
  singapore: 'https://api.exotel.com',
  mumbai: 'https://api.in.exotel.com',
};
/** All three: the live API. */
export const credentialNames = ['EXOTEL_ACCOUNT_SID', 'EXOTEL_API_KEY', 'EXOTEL_API_TOKEN'] as const;

/** All three credentials: the live upstream. None: the sandbox. Some of them: a problem. */
export function readUpstream(environment: Environment, speed: number): UpstreamConfig {
  const region = environment.read('EXOTEL_REGION') as Region;
  const baseUrl = environment.read('EXOTEL_BASE_URL') ?? regions[region];
  const accountSid = environment.read('EXOTEL_ACCOUNT_SID');
  const apiKey = environment.read('EXOTEL_API_KEY');
  const apiToken = environment.read('EXOTEL_API_TOKEN');
  const other = Object.entries(regions).find(
    ([name, url]) => url === (baseUrl && withoutFinalDot(baseUrl)) && name !== region,
  )?.[0];
  if (other !== undefined)
    environment.refuse(
      `EXOTEL_BASE_URL: got "${baseUrl}", the address of ${other}, but EXOTEL_REGION is ${region}; unset EXOTEL_BASE_URL, ` +
        `or set EXOTEL_REGION=${other}.`,
    );
  if (accountSid && apiKey && apiToken)
    return { kind: 'live', region, baseUrl, accountSid, apiKey, apiToken };
  const names = [...credentialNames, 'EXOTEL_BASE_URL' as const];
  const set = names.filter((name) => environment.isGiven(name));
  if (set.length > 0)
    for (const name of credentialNames)
      environment.require(name, `${set.join(' and ')} ${set.length > 1 ? 'are' : 'is'} set`);
  return { kind: 'sandbox', speed };
}

/** The same host: a name that ends with a dot is complete (RFC 1034, 3.1). */
function withoutFinalDot(url: string): string {
  return url.replace(/\.(?=:\d+$|$)/, '');
}
