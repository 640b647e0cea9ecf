import { countApiKeys } from '../../auth/api-keys.js';
import { usableAlgorithms } from '../../auth/issuer-keys.js';
import { type Config } from '../../config/config.js';
import { ConfigError } from '../../config/environment/environment.js';
import { mostBytesOf } from '../../config/environment/files.js';
import { probeRedis } from '../../datasources/state/redis/probe.js';
import { readManifest } from '../pipeline.js';
import { checkCallbackAddress, checkCollector, checkRouterCaches } from './address-check.js';
import { checkUpstream } from './upstream-check.js';
import { failed, passed, skipped, type Verdict } from './verdict.js';

/** A check of something that a gateway with these settings depends on. */
export interface Check {
  readonly name: string;
  readonly run: (config: Config) => Verdict | Promise<Verdict>;
}

/** What `campaign-gateway check` tries, in the order in which it is shown. */
export const checks: readonly Check[] = [
  { name: 'Upstream', run: checkUpstream },
  { name: 'Redis', run: checkRedis },
  { name: 'API keys', run: checkApiKeys },
  { name: 'JWKS', run: checkIssuer },
  { name: 'Documents', run: checkDocuments },
  { name: 'Callbacks', run: checkCallbackAddress },
  { name: 'Router caches', run: checkRouterCaches },
  { name: 'Traces', run: checkCollector },
];

/** Commands whose answers are later than this are given up; those that are optional are not sent any more. */
const lateMs = 200;

async function checkRedis({ redisUrl, upstream }: Config): Promise<Verdict> {
  if (redisUrl === undefined) return skipped('REDIS_URL is not set: state is in memory, for one instance');
  const { host } = new URL(redisUrl);
  const account = upstream.kind === 'live' ? upstream.accountSid : 'sandbox';
  const probe = await probeRedis(redisUrl, `campaign-gateway:${account}:`);
  if (!probe.isUsable) return failed(`${host} (REDIS_URL): ${probe.why}`);
  if (probe.answeredMs > lateMs)
    return failed(`${host} answers after ${probe.answeredMs} ms; its cache is not used after ${lateMs} ms`);
  if (probe.evicts !== undefined)
    return failed(`${host} has the maxmemory-policy ${probe.evicts}; records of creates need noeviction`);
  return passed(`${host} answers after ${probe.answeredMs} ms, and can be written to`);
}

async function checkApiKeys({ access: { auth } }: Config): Promise<Verdict> {
  if (auth.mode !== 'api-key') return skipped(`AUTH_MODE is ${auth.mode}`);
  try {
    const count = await countApiKeys(auth.file, mostBytesOf.keys);
    return count === 0
      ? failed(`${auth.file} has no key: every request is refused`)
      : passed(`${auth.file} has ${count} ${count === 1 ? 'key' : 'keys'}`);
  } catch (error) {
    return failed(`${auth.file}: ${(error as Error).message}`); // an ApiKeyFileError quotes nothing of the file
  }
}

async function checkIssuer({ access: { auth } }: Config): Promise<Verdict> {
  if (auth.mode !== 'jwt') return skipped(`AUTH_MODE is ${auth.mode}`);
  const place = `${new URL(auth.jwksUrl).origin} (JWT_JWKS_URL)`; // a path may be a secret
  try {
    const usable = await usableAlgorithms(auth.jwksUrl, auth.algorithms);
    return usable.length === 0
      ? failed(`${place} has no key for ${auth.algorithms.join(', ')} (JWT_ALGORITHMS)`)
      : passed(`${place} has keys for ${usable.join(', ')}`);
  } catch (error) {
    return failed(`${place} cannot be read: ${(error as Error).message}`); // a KeySetUnavailable quotes nothing
  }
}

function checkDocuments({ access: { trustedDocuments } }: Config): Verdict {
  if (!trustedDocuments) return skipped('TRUSTED_DOCUMENTS is not set: any document runs');
  try {
    const { size } = readManifest(trustedDocuments);
    return passed(`${trustedDocuments.file} has ${size} ${size === 1 ? 'document' : 'documents'}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return failed(error.message);
  }
}
