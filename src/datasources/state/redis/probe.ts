import { Redis } from 'ioredis';
import { withTimeout } from '../../../domain/timeout.js';
import { isNoDatabase, redisErrorCode } from './connection.js';

/** Result of a probe: whether this Redis can be used, or why not. */
type RedisProbe =
  | { readonly isUsable: true; readonly answeredMs: number; readonly evicts: string | undefined }
  | { readonly isUsable: false; readonly why: string };

/** Longest time for all of the probe. */
const timeoutMs = 3000;

/**
 * Connects once, sends a PING, writes one key that expires after a second, runs a script, and sends and receives on a channel.
 * @param prefix of the key and the channel, since the user of an ACL may use no other.
 */
export async function probeRedis(url: string, prefix: string): Promise<RedisProbe> {
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
  let firstError: unknown;
  client.on('error', (error) => (firstError ??= error));
  try {
    const probe = await withTimeout(timeoutMs, commands(client, prefix));
    if (isNoDatabase(firstError)) return { isUsable: false, why: 'it has no database of that number' };
    return probe ?? { isUsable: false, why: `it does not answer within ${timeoutMs} ms` };
  } catch (error) {
    return { isUsable: false, why: reasonOf(firstError ?? error) };
  } finally {
    client.disconnect();
  }
}

async function commands(client: Redis, prefix: string): Promise<RedisProbe> {
  await client.connect();
  const beganAtMs = performance.now();
  await client.ping();
  const answeredMs = Math.ceil(performance.now() - beganAtMs);
  const key = `${prefix}check`;
  await client.set(key, '1', 'PX', 1000);
  await client.eval("return redis.call('GET', KEYS[1])", 1, key);
  const memory = await client.info('memory').catch(() => ''); // an ACL may forbid it
  const policy = /^maxmemory_policy:(\S+)/m.exec(memory)?.[1];
  try {
    await client.publish(`${prefix}bus:check`, '');
    await client.subscribe(`${prefix}bus:check`); // last: a subscriber can send no other commands
  } catch (error) {
    if (redisErrorCode(error as Error) !== 'NOPERM') throw error;
    const why = `its user may not publish and subscribe: it needs both commands, and &${prefix}*`;
    return { isUsable: false, why };
  }
  return { isUsable: true, answeredMs, evicts: policy === 'noeviction' ? undefined : policy };
}

/** Reasons by the code of Redis's own errors, with which their messages begin. */
const reasons: Readonly<Record<string, string>> = {
  WRONGPASS: 'it refuses the user or password',
  NOAUTH: 'it needs a password',
  NOPERM: 'its user may not write the keys of the gateway, or not run scripts',
  READONLY: 'it is a read-only replica; name the primary',
  OOM: 'it is full (maxmemory)',
  LOADING: 'it is still loading its data',
};

/** Names the code only: a message could quote the URL. */
function reasonOf(error: unknown): string {
  const code = redisErrorCode(error as Error);
  if (code === undefined) return 'it closes the connection';
  const isOfRedis = (error as { readonly code?: string }).code === undefined;
  return reasons[code] ?? (isOfRedis ? `it answers ${code}` : `it cannot be reached: ${code}`);
}
