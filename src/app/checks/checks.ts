import { parse, specifiedRules, validate } from 'graphql';
import { countApiKeys } from '../../auth/api-keys.js';
import { usableAlgorithms } from '../../auth/issuer-keys.js';
import { type Config } from '../../config/config.js';
import { ConfigError } from '../../config/environment/environment.js';
import { mostBytesOf } from '../../config/environment/files.js';
import { regions, type UpstreamConfig } from '../../config/upstream.js';
import { ExotelClient } from '../../datasources/exotel/client.js';
import { type SendPolicy } from '../../datasources/exotel/resilience/call-policy.js';
import { Transport } from '../../datasources/exotel/transport.js';
import { probeRedis } from '../../datasources/state/redis/probe.js';
import { campaignQueryOf } from '../../domain/lists/list-query.js';
import { type CallEnd } from '../../domain/telemetry.js';
import { createSchema } from '../../resolvers/schema.js';
import { documentName, readManifest } from '../pipeline.js';
import { checkCallbackAddress, checkCollector, checkRouterCaches } from './address-check.js';
import { failed, passed, skipped, type Verdict, wordsOf } from './verdict.js';

/** A check of something that a gateway with these settings depends on. */
interface Check {
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

type Live = Extract<UpstreamConfig, { readonly kind: 'live' }>;

/** Tries address, region and credentials with one call, which is not retried. */
async function checkUpstream({ upstream, timeoutMs }: Config): Promise<Verdict> {
  if (upstream.kind === 'sandbox') return skipped('the embedded sandbox is used: no account is set');
  const transport = new Transport({ ...upstream, timeoutMs });
  const send: SendPolicy['once'] = (_options, attempt) => attempt({ headers: undefined }, timeoutMs);
  let end: CallEnd | undefined;
  const client = new ExotelClient({
    transport,
    policy: { once: send, retried: send },
    accountSid: upstream.accountSid,
    now: Date.now,
    telemetry: { callStarted: () => ({ headers: undefined, end: (it) => (end = it) }) },
  });
  try {
    // A rejection is recorded in `end`; an unreadable row says nothing about the credentials.
    await client.listCampaigns(campaignQueryOf({}), { offset: 0, limit: 1 }).catch(() => undefined);
  } finally {
    await transport.close();
  }
  return upstreamVerdict(upstream, timeoutMs, end);
}

function upstreamVerdict(upstream: Live, timeoutMs: number, end: CallEnd | undefined): Verdict {
  const { baseUrl, region, accountSid } = upstream;
  const isOfRegion = baseUrl === regions[region];
  const where = `${baseUrl} (${isOfRegion ? region : 'EXOTEL_BASE_URL'})`;
  const place = isOfRegion ? `EXOTEL_REGION (now ${region})` : 'EXOTEL_BASE_URL';
  const answer = end?.status === undefined ? 'answers' : `answers with status ${end.status}`;
  switch (end?.reason) {
    case undefined:
      return end
        ? passed(`${where} accepts the credentials of account ${accountSid}`)
        : failed(`${where}: the call could not be made`);
    case 'unauthorized':
      return failed(
        `${where} refuses the credentials (${end.status ?? 401}): check EXOTEL_API_KEY and EXOTEL_API_TOKEN, and that the ` +
          `account is of this region: ${place}`,
      );
    case 'forbidden':
      return failed(
        `${where} knows the credentials but allows no access to account ${accountSid} (${end.status ?? 403}): check ` +
          'EXOTEL_ACCOUNT_SID and the permissions of the API key',
      );
    case 'notFound':
      return failed(
        `${where} does not have account ${accountSid} (${end.status ?? 404}): check ${place} and EXOTEL_ACCOUNT_SID`,
      );
    case 'rateLimited':
      return failed(
        `${where} ${answer}: the calls of the account are used up, so the credentials could not be tried; try again in a minute`,
      );
    case 'timeout':
      return failed(`${where} does not answer within ${timeoutMs} ms (EXOTEL_TIMEOUT_MS)`);
    case 'unreachable':
      return failed(`${where}: ${wordsOf(end.errorCode ?? 'unknown')}; check ${place} and the network`);
    case 'unavailable':
      return failed(
        end.status === undefined
          ? `${where}: the connection breaks (${end.errorCode ?? 'no code'}); check ${place} and the network`
          : `${where} fails: it ${answer}; the credentials could not be tried`,
      );
    case 'invalidResponse':
    case 'noRoom':
    case 'tooLarge':
    case 'refused':
    case 'duplicate':
      return failed(`${where} ${answer}, but not as the API does: check ${place}`);
  }
}

/** The gateway gives up a Redis command after this time, and no longer sends those that are optional. */
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

/** A document that is not valid for this version's schema is refused whenever it is asked for. */
async function checkDocuments({ access: { trustedDocuments } }: Config): Promise<Verdict> {
  if (!trustedDocuments) return skipped('TRUSTED_DOCUMENTS is not set: any document runs');
  const { file } = trustedDocuments;
  try {
    const { texts } = readManifest(trustedDocuments);
    const count = `${texts.size} ${texts.size === 1 ? 'document' : 'documents'}`;
    const schema = await createSchema();
    const problems = [...texts].flatMap(([id, text]) => {
      const [problem] = validate(schema, parse(text), specifiedRules, { maxErrors: 1 });
      return problem ? [`${documentName(id)}: ${problem.message}`] : [];
    });
    const [first] = problems;
    return first === undefined
      ? passed(`${file} has ${count}`)
      : failed(`${file} has ${count}, ${problems.length} of them not valid for this schema: ${first}`);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return failed(error.message);
  }
}
