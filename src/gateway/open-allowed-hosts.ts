import { type Config } from '../config.js';
import { readHostSetting } from '../domain/host-name.js';
import { AllowedHosts } from '../server/allowed-hosts.js';

/** Host names that the gateway answers to; undefined: any, where callers show credentials and none are listed. */
export function openAllowedHosts({
  host,
  publicUrl,
  access: { auth, allowedHosts, corsOrigins },
}: Pick<Config, 'host' | 'publicUrl' | 'access'>): AllowedHosts | undefined {
  if (!allowedHosts) return undefined;
  // The upstream calls back at PUBLIC_URL; the embedded sandbox at the address that the gateway listens on.
  const known = [publicUrl === undefined ? host : new URL(publicUrl).hostname].map(readHostSetting);
  return new AllowedHosts({
    hosts: allowedHosts,
    webhookHosts: known.filter((name) => name !== undefined),
    origins: auth.mode === 'none' ? corsOrigins : undefined,
  });
}
