import { type Environment } from './environment.js';

/** The address and credentials of an embedded sandbox that runs. */
export interface RunningSandbox {
  readonly baseUrl: string;
  readonly accountSid: string;
  readonly apiKey: string;
  readonly apiToken: string;
}

/** The live upstream, or the embedded sandbox in its place. */
export type UpstreamConfig =
  | {
      readonly kind: 'live';
      readonly baseUrl: string;
      readonly accountSid: string;
      readonly apiKey: string;
      readonly apiToken: string;
    }
  | {
      readonly kind: 'sandbox';
      readonly speed: number;
      /** The sandbox that the primary process runs for its workers; undefined: it is not started yet. */
      readonly running?: RunningSandbox;
    };

const regions = { singapore: 'https://api.exotel.com', mumbai: 'https://api.in.exotel.com' } as const;
const credentialNames = ['EXOTEL_ACCOUNT_SID', 'EXOTEL_API_KEY', 'EXOTEL_API_TOKEN'] as const;

/** All three credentials: the live one; none: the sandbox; some: a problem. */
export function readUpstream(environment: Environment, speed: number): UpstreamConfig {
  const baseUrl =
    environment.read('EXOTEL_BASE_URL') ?? regions[environment.read('EXOTEL_REGION') as keyof typeof regions];
  const accountSid = environment.read('EXOTEL_ACCOUNT_SID');
  const [apiKey, apiToken] = [environment.said('EXOTEL_API_KEY'), environment.said('EXOTEL_API_TOKEN')];
  if (accountSid && apiKey && apiToken) return { kind: 'live', baseUrl, accountSid, apiKey, apiToken };
  const names = [...credentialNames, 'EXOTEL_BASE_URL' as const];
  const set = names.filter((name) => environment.said(name));
  if (set.length > 0)
    for (const name of credentialNames.filter((candidate) => !environment.said(candidate)))
      environment.refuse(
        `${name}: got nothing, takes the account's own; needed because ${set.join(' and ')} is set.`,
      );
  return { kind: 'sandbox', speed };
}
