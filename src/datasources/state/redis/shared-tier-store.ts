import { type Redis } from 'ioredis';
import { z } from 'zod';
import {
  type FoundEntry,
  type FetchLease,
  type EntryLocation,
  type SharedTierStore,
  type StoredEntry,
} from '../shared-tier-store.js';
import { type RedisConnection } from './connection.js';
import { checkedReply } from './odd-replies.js';

/** Lua: the version of a key, with which its value begins; -1 if there is no value. */
const versionAt = `
local function versionAt(key)
  return tonumber(string.match(redis.call('GETRANGE', key, 0, 20), '^%d+') or '-1')
end
`;

/** Lua: the next version, greater than every version given out before, whichever instance's clock is ahead. */
const nextVersion = `
local version = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0') + 1)
redis.call('SET', KEYS[1], string.format('%.0f', version), 'PX', ARGV[2])
${versionAt}
`;

/** KEYS: clock, lease, entry, marks…; ARGV: proposed version, TTL of the clock, token, version seen, TTL of the lease. */
const acquireScript = `${nextVersion}
if versionAt(KEYS[3]) > tonumber(ARGV[4]) then return {string.format('%.0f', version), 'newer'} end
local marked = -1
for i = 4, #KEYS do marked = math.max(marked, versionAt(KEYS[i])) end
-- a read that began before a write will not be used: its lease does not count. Nor does an own one, whose reply was lost.
local isOwn = string.match(redis.call('GET', KEYS[2]) or '', ' (.*)$') == ARGV[3]
if versionAt(KEYS[2]) > marked and not isOwn then return {string.format('%.0f', version), 'held'} end
redis.call('SET', KEYS[2], string.format('%.0f', version) .. ' ' .. ARGV[3], 'PX', ARGV[5])
return {string.format('%.0f', version), 'acquired'}`;

/** KEYS: lease; ARGV: token, TTL of the lease, or 0 to release it. */
const renewScript = `
if string.match(redis.call('GET', KEYS[1]) or '', ' (.*)$') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: entries; ARGV for each: version, TTL, text that begins with the version and the time of the read. */
const setScript = `${versionAt}for i, key in ipairs(KEYS) do
  local at = (i - 1) * 3
  if versionAt(key) < tonumber(ARGV[at + 1]) then redis.call('SET', key, ARGV[at + 3], 'PX', ARGV[at + 2]) end
end
return 1`;

/** KEYS: clock, marks…; ARGV: proposed version, TTL of the clock and the marks. */
const invalidateScript = `${nextVersion}
for i = 2, #KEYS do redis.call('SET', KEYS[i], string.format('%.0f', version), 'PX', ARGV[2]) end
return string.format('%.0f', version)`;

/** The mark of a write outlives every entry that was read before the write. */
const markTtlMs = 2 * 3_600_000;
/** Bounds the wait for a process that died during its read. */
const leaseTtlMs = 3000;
/** Larger entries are not stored: their transfer costs more than they save. */
const maximumCharacters = 1_000_000;
/** The scope of all entries. */
const everything = '*';

const texts = z.array(z.string().nullable());
const version = z
  .string()
  .regex(/^\d{1,16}$/)
  .transform(Number);
const lease = z.tuple([version, z.enum(['newer', 'held', 'acquired'])]);

/** Store of the shared tier in Redis. */
export class RedisTierStore implements SharedTierStore {
  readonly #connection: RedisConnection;
  readonly #prefix: string;
  #hasUnwrittenMark = false;

  /** @param prefix of every key, so that several accounts can share a Redis. */
  constructor(connection: RedisConnection, prefix: string) {
    this.#connection = connection;
    this.#prefix = prefix;
  }

  async get(locations: readonly EntryLocation[]): Promise<readonly FoundEntry[] | undefined> {
    const keys = locations.flatMap((location) => [
      this.#entryKey(location.key),
      this.#leaseKey(location.key),
      ...this.#markKeys(location.scope),
    ]);
    const found = await this.#send(async (redis) => checkedReply(texts, await redis.mget(keys)));
    return (
      found &&
      locations.map((_location, index) => {
        const [entry = null, lease = null, ...marks] = found.slice(index * 5, index * 5 + 5);
        return foundOf(entry, lease, marks);
      })
    );
  }

  async set(
    entries: readonly (StoredEntry & { readonly key: string; readonly ttlMs: number })[],
  ): Promise<void> {
    const accepted = entries.filter(({ text, ttlMs }) => text.length <= maximumCharacters && ttlMs >= 1);
    if (accepted.length === 0) return;
    const values = accepted.flatMap(({ version, ttlMs, readAtMs, text }) => [
      version,
      Math.floor(ttlMs),
      `${version} ${readAtMs} ${text}`,
    ]);
    const keys = accepted.map(({ key }) => this.#entryKey(key));
    await this.#send((redis) => redis.eval(setScript, keys.length, ...keys, ...values));
  }

  async acquireLease(
    { key, scope }: EntryLocation,
    token: string,
    { proposed, seen }: { readonly proposed: number; readonly seen: number },
  ): Promise<FetchLease> {
    const keys = [this.#clockKey, this.#leaseKey(key), this.#entryKey(key), ...this.#markKeys(scope)];
    const values = [proposed, markTtlMs, token, seen, leaseTtlMs];
    const reply = await this.#send(async (redis) =>
      checkedReply(lease, await redis.eval(acquireScript, keys.length, ...keys, ...values)),
    );
    if (!reply) return { version: undefined, outcome: 'acquired' };
    return { version: reply[0], outcome: reply[1] };
  }

  async renewLease({ key }: EntryLocation, token: string): Promise<void> {
    await this.#send((redis) => redis.eval(renewScript, 1, this.#leaseKey(key), token, leaseTtlMs));
  }

  async releaseLease({ key }: EntryLocation, token: string): Promise<void> {
    await this.#send((redis) => redis.eval(renewScript, 1, this.#leaseKey(key), token, 0));
  }

  async invalidate(
    scopes: readonly string[],
    proposed: number,
    isDropped = false,
  ): Promise<number | undefined> {
    const reply = await this.#send((redis) => this.#mark(redis, scopes, proposed, isDropped));
    // The mark is missing, so the first command after an outage drops all stored entries.
    this.#hasUnwrittenMark ||= reply === undefined;
    return reply;
  }

  async #send<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.#hasUnwrittenMark && this.#connection.isUp) {
      this.#hasUnwrittenMark = false;
      void this.invalidate([everything], 0, true);
    }
    return this.#connection.tryRun(command);
  }

  async #mark(
    redis: Redis,
    scopes: readonly string[],
    proposed: number,
    isDropped: boolean,
  ): Promise<number> {
    const marks = scopes.map((scope) => `${this.#prefix}${isDropped ? 'forgotten' : 'outdated'}:${scope}`);
    const keys = [this.#clockKey, ...marks];
    return checkedReply(
      version,
      await redis.eval(invalidateScript, keys.length, ...keys, proposed, markTtlMs),
    );
  }

  // The names of the keys are those of earlier releases, which may run alongside this one.

  get #clockKey(): string {
    return `${this.#prefix}clock`;
  }

  #entryKey(key: string): string {
    return `${this.#prefix}reading:${key}`;
  }

  #leaseKey(key: string): string {
    return `${this.#prefix}flight:${key}`;
  }

  #markKeys(scope: string): string[] {
    return [
      `${this.#prefix}outdated:${scope}`,
      `${this.#prefix}forgotten:${scope}`,
      `${this.#prefix}forgotten:${everything}`,
    ];
  }
}

function foundOf(entry: string | null, lease: string | null, marks: readonly (string | null)[]): FoundEntry {
  const [invalidated = -1, ...dropped] = marks.map((mark) => Number(mark ?? -1));
  const stored = entry === null ? undefined : storedOf(entry);
  return {
    entry: stored && stored.version > Math.max(...dropped) ? stored : undefined,
    invalidatedVersion: Math.max(invalidated, ...dropped),
    isInFlight: lease !== null,
  };
}

function storedOf(text: string): StoredEntry | undefined {
  const [, version, readAtMs, rest] = /^(\d+) (\d+(?:\.\d+)?) (.*)$/s.exec(text) ?? [];
  if (rest === undefined) return undefined;
  return { version: Number(version), readAtMs: Number(readAtMs), text: rest };
}
