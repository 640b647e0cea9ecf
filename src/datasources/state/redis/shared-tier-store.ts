import { type Redis } from 'ioredis';
import {
  type FoundEntry,
  type FetchLease,
  type EntryLocation,
  type SharedTierStore,
  type StoredEntry,
} from '../shared-tier-store.js';
import { type RedisHealth } from './health.js';

/** What is under a key begins with its version; -1 where nothing is. */
const versionAt = `
local function versionAt(key)
  return tonumber(string.match(redis.call('GETRANGE', key, 0, 20), '^%d+') or '-1')
end
`;

/** The next version: after every one given out before, whosever clock is ahead. */
const nextVersion = `
local version = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0') + 1)
redis.call('SET', KEYS[1], string.format('%.0f', version), 'PX', ARGV[2])
${versionAt}
`;

/** KEYS: clock, flight, reading, marks…; ARGV: version, its time, token, version seen, time of the claim. */
const claimScript = `${nextVersion}
if versionAt(KEYS[3]) > tonumber(ARGV[4]) then return {string.format('%.0f', version), 'newer'} end
local marked = -1
for i = 4, #KEYS do marked = math.max(marked, versionAt(KEYS[i])) end
-- who began before a write reads what nobody wants any more
if versionAt(KEYS[2]) > marked then return {string.format('%.0f', version), 'taken'} end
redis.call('SET', KEYS[2], string.format('%.0f', version) .. ' ' .. ARGV[3], 'PX', ARGV[5])
return {string.format('%.0f', version), 'ours'}`;

/** KEYS: flight; ARGV: token, time of the claim, or 0 to end it. */
const stayScript = `
if string.match(redis.call('GET', KEYS[1]) or '', ' (.*)$') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: readings; ARGV for each: version, its time, text with both orders in front. */
const keepScript = `${versionAt}for i, key in ipairs(KEYS) do
  local at = (i - 1) * 3
  if versionAt(key) < tonumber(ARGV[at + 1]) then redis.call('SET', key, ARGV[at + 3], 'PX', ARGV[at + 2]) end
end
return 1`;

/** KEYS: clock, marks…; ARGV: version, time of the clock and of the marks. */
const outdateScript = `${nextVersion}
for i = 2, #KEYS do redis.call('SET', KEYS[i], string.format('%.0f', version), 'PX', ARGV[2]) end
return string.format('%.0f', version)`;

/** Where readings are shared. */
export interface RedisTierStoreOptions {
  readonly health: RedisHealth;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
}

/** What was read before a change is gone long before the mark of the change is. */
const markTtlMs = 2 * 3_600_000;
/** A process that died while it was reading is waited for no longer. */
const claimTtlMs = 3000;
/** What is larger is not worth its way. */
const maximumCharacters = 1_000_000;
/** Stands for everything: what every reading belongs to. */
const everything = '*';

const nothing: FoundEntry = { entry: undefined, invalidatedVersion: -1, isInFlight: false };

/** Readings in Redis. */
export class RedisTierStore implements SharedTierStore {
  readonly #health: RedisHealth;
  readonly #prefix: string;
  #hasLostAMark = false;

  constructor({ health, prefix }: RedisTierStoreOptions) {
    this.#health = health;
    this.#prefix = prefix;
  }

  async get(places: readonly EntryLocation[]): Promise<readonly FoundEntry[]> {
    const keys = places.flatMap((place) => [
      this.#readingKey(place.key),
      this.#flightKey(place.key),
      ...this.#markKeys(place.scope),
    ]);
    const found = await this.#ask((redis) => redis.mget(keys));
    return places.map((_place, index) => {
      const [reading, flight, ...marks] = found?.slice(index * 5, index * 5 + 5) ?? [];
      return found ? foundOf(reading ?? null, flight ?? null, marks) : nothing;
    });
  }

  async set(
    readings: readonly (StoredEntry & { readonly key: string; readonly ttlMs: number })[],
  ): Promise<void> {
    const kept = readings.filter(({ text, ttlMs }) => text.length <= maximumCharacters && ttlMs >= 1);
    if (kept.length === 0) return;
    const values = kept.flatMap(({ version, ttlMs, readAtMs, text }) => [
      version,
      Math.floor(ttlMs),
      `${version} ${readAtMs} ${text}`,
    ]);
    const keys = kept.map(({ key }) => this.#readingKey(key));
    await this.#ask((redis) => redis.eval(keepScript, keys.length, ...keys, ...values));
  }

  async acquireLease(
    { key, scope }: EntryLocation,
    token: string,
    { proposed, seen }: { readonly proposed: number; readonly seen: number },
  ): Promise<FetchLease> {
    const keys = [this.#clockKey, this.#flightKey(key), this.#readingKey(key), ...this.#markKeys(scope)];
    const told = await this.#ask((redis) =>
      redis.eval(claimScript, keys.length, ...keys, proposed, markTtlMs, token, seen, claimTtlMs),
    );
    if (!told) return { version: undefined, outcome: 'ours' };
    const [version, outcome] = told as [string, FetchLease['outcome']];
    return { version: Number(version), outcome };
  }

  async renewLease({ key }: EntryLocation, token: string): Promise<void> {
    await this.#ask((redis) => redis.eval(stayScript, 1, this.#flightKey(key), token, claimTtlMs));
  }

  async releaseLease({ key }: EntryLocation, token: string): Promise<void> {
    await this.#ask((redis) => redis.eval(stayScript, 1, this.#flightKey(key), token, 0));
  }

  async invalidate(
    scopes: readonly string[],
    proposed: number,
    isForgotten = false,
  ): Promise<number | undefined> {
    const told = await this.#ask((redis) => this.#mark(redis, scopes, proposed, isForgotten));
    // Others must not believe what they have there: the first thing that Redis is told when it is back.
    this.#hasLostAMark ||= told === undefined;
    return told === undefined ? undefined : Number(told);
  }

  async #ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (this.#hasLostAMark && this.#health.isWell) {
      this.#hasLostAMark = false;
      void this.invalidate([everything], 0, true);
    }
    return this.#health.ask(command);
  }

  #mark(redis: Redis, scopes: readonly string[], proposed: number, isForgotten: boolean): Promise<unknown> {
    const marks = scopes.map((scope) => `${this.#prefix}${isForgotten ? 'forgotten' : 'outdated'}:${scope}`);
    return redis.eval(outdateScript, marks.length + 1, this.#clockKey, ...marks, proposed, markTtlMs);
  }

  get #clockKey(): string {
    return `${this.#prefix}clock`;
  }

  #readingKey(key: string): string {
    return `${this.#prefix}reading:${key}`;
  }

  #flightKey(key: string): string {
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

function foundOf(
  reading: string | null,
  flight: string | null,
  marks: readonly (string | null)[],
): FoundEntry {
  const [outdated = -1, ...forgotten] = marks.map((mark) => Number(mark ?? -1));
  const stored = reading === null ? undefined : storedOf(reading);
  return {
    entry: stored && stored.version > Math.max(...forgotten) ? stored : undefined,
    invalidatedVersion: Math.max(outdated, ...forgotten),
    isInFlight: flight !== null,
  };
}

function storedOf(text: string): StoredEntry | undefined {
  const [, version, readAtMs, rest] = /^(\d+) (\d+(?:\.\d+)?) (.*)$/s.exec(text) ?? [];
  if (rest === undefined) return undefined;
  return { version: Number(version), readAtMs: Number(readAtMs), text: rest };
}
