import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../../domain/json.js';
import { type RedisConnection } from '../../state/redis/connection.js';
import { checkedReply } from '../../state/redis/odd-replies.js';
import {
  type Grant,
  type OtherCall,
  type OthersView,
  type OwnCall,
  type SharedWindow,
  type WindowRequest,
} from './shared-window.js';
import { minuteMs as oneMinuteMs, type RateHeaders } from './upstream-quota.js';

/** Beginning of all scripts: the clock of Redis, and the pause. KEYS: calls, account, gateways; ARGV: this gateway. */
const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = ARGV[1] .. '/'
local function isOwn(id) return string.sub(id, 1, #own) == own end
local function put(id, expires, background, began, inFlight)
  local call = string.format('%.0f %s %.0f %s', expires, background, began, inFlight)
  redis.call('HSET', KEYS[1], own .. id, call)
  redis.call('PEXPIRE', KEYS[1], 3600000)
end
local function partsOf(call)
  local expires, background, began, inFlight = string.match(call, '^(%d+) (%d) (%d+) (%d)$')
  return tonumber(expires), background, tonumber(began), inFlight
end
local pausedMs = math.max(0, tonumber(redis.call('HGET', KEYS[2], 'pausedUntil') or '0') - now)
`;

/** Reply of scripts: grant, wait, pause, number of gateways, rate headers, and the calls of other gateways. */
const view = `
local function view(granted, waitMs)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  local latest = redis.call('HMGET', KEYS[2], 'headers', 'headersOf')
  local isOther = latest[1] and latest[2] ~= ARGV[1]
  local reply = {granted, math.ceil(waitMs), pausedMs, redis.call('ZCARD', KEYS[3]), isOther and latest[1] or ''}
  local calls = redis.call('HGETALL', KEYS[1])
  for i = 1, #calls, 2 do
    local expires, background, began, inFlight = partsOf(calls[i + 1])
    if expires > now and not isOwn(calls[i]) then
      table.insert(reply, string.format('%.0f %s %.0f %s', expires - now, background, now - began, inFlight))
    end
  end
  return reply
end
`;

/** Counts a call. ARGV: gateway, id, background, share, background share, maximum time in flight, minute. */
const takeScript = `${prelude}${view}
if redis.call('HEXISTS', KEYS[1], own .. ARGV[2]) == 1 then return view(1, 0) end
local isBackground = ARGV[3] == '1'
local minute = tonumber(ARGV[7])
local all, background = {}, {}
local calls = redis.call('HGETALL', KEYS[1])
for i = 1, #calls, 2 do
  local expires, kind = partsOf(calls[i + 1])
  if expires <= now then redis.call('HDEL', KEYS[1], calls[i])
  else
    local waitMs = math.min(expires - now, minute)
    table.insert(all, waitMs)
    if kind == '1' then table.insert(background, waitMs) end
  end
end
local function waitFor(ends, share)
  local excess = #ends + 1 - share
  if excess <= 0 then return 0 end
  table.sort(ends)
  return ends[excess] or minute
end
local waitMs = math.max(pausedMs, waitFor(all, tonumber(ARGV[4])))
if isBackground then waitMs = math.max(waitMs, waitFor(background, tonumber(ARGV[5]))) end
if waitMs > 0 then return view(0, waitMs) end
put(ARGV[2], now + tonumber(ARGV[6]), ARGV[3], now, '1')
return view(1, 0)`;

/** Ends a call. ARGV: gateway, id, whether it was sent, minute, pause, rate headers. */
const endScript = `${prelude}
local _, background, began = partsOf(redis.call('HGET', KEYS[1], own .. ARGV[2]) or '')
-- 1 ms more, since fractions of a millisecond are cut off
if ARGV[3] == '1' then put(ARGV[2], now + 1 + tonumber(ARGV[4]), background or '0', began or now, '0')
else redis.call('HDEL', KEYS[1], own .. ARGV[2]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[2], 'headers', ARGV[6], 'headersOf', ARGV[1]) end
if tonumber(ARGV[5]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[5])))
end
redis.call('PEXPIRE', KEYS[2], 7200000)
return 1`;

/** Pauses all gateways. ARGV: gateway, pause. */
const pauseScript = `${prelude}
if tonumber(ARGV[2]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[2])))
  redis.call('PEXPIRE', KEYS[2], 7200000)
end
return 1`;

/**
 * Heartbeat. ARGV: gateway, its time to live, whether all of its calls follow, and for each call: id, background, age, remaining
 * time, whether it is in flight.
 */
const heartbeatScript = `${prelude}${view}
redis.call('ZADD', KEYS[3], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[3], 3600000)
if ARGV[3] == '1' then
  for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
    if isOwn(id) then redis.call('HDEL', KEYS[1], id) end
  end
  for i = 4, #ARGV, 5 do
    put(ARGV[i], now + tonumber(ARGV[i + 3]), ARGV[i + 1], now - tonumber(ARGV[i + 2]), ARGV[i + 4])
  end
end
return view(1, 0)`;

interface RedisWindowOptions {
  readonly connection: RedisConnection;
  /** Prefix of all keys, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Timeout of an attempt: no call is in flight for longer. */
  readonly timeoutMs: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Clock in epoch milliseconds, for the upstream's headers. */
  readonly wallNow: () => number;
  /** Length of the sliding window; shorter in tests. */
  readonly minuteMs?: number | undefined;
}

/** Grant, wait, pause, number of gateways and rate headers; then the remaining time, kind, age and state of each call. */
const viewReply = z
  .tuple([z.number(), z.number(), z.number(), z.number(), z.string()])
  .rest(z.string().regex(/^\d+ \d \d+ \d$/));
const anyReply = z.unknown();
/** As gateways write them. */
const rateHeaders = z.object({
  limit: z.number().optional(),
  remaining: z.number().optional(),
  resetAtMs: z.number().optional(),
});

const maximumPauseMs = 3_600_000;
/** Interval of the heartbeats, which also return the state of the other gateways. */
const heartbeatIntervalMs = 1000;
/** A gateway without a heartbeat for this long counts as gone. */
const gatewayTtlMs = 5000;
/** A call may wait for its connection before its timeout begins. */
const slackMs = 5000;

/**
 * Sliding window of the calls of all gateways of an account, by the clock of Redis. While Redis is gone, each gateway counts its
 * own calls with the weight of all gateways.
 */
export class RedisWindow implements SharedWindow {
  readonly #options: RedisWindowOptions;
  readonly #gateway = randomBytes(8).toString('hex');
  readonly #minuteMs: number;
  readonly #inFlightMs: number;
  #onView: (view: OthersView) => void = () => undefined;
  #gateways = 1;
  /** After an outage, the time by which all other gateways have found Redis again. */
  #settledAtMs = 0;
  #headers = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisWindowOptions) {
    this.#options = options;
    this.#minuteMs = options.minuteMs ?? oneMinuteMs;
    this.#inFlightMs = options.timeoutMs + this.#minuteMs + slackMs;
  }

  get weight(): number {
    return this.#options.connection.isUp && this.#isSettled ? 1 : this.#gateways;
  }

  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void {
    this.#onView = onView;
    this.#options.connection.onUp(() => {
      if (this.#gateways > 1) this.#settledAtMs = performance.now() + gatewayTtlMs;
      void this.#heartbeat(own());
    });
    this.#timer = setInterval(() => void this.#heartbeat(), heartbeatIntervalMs).unref();
  }

  async take({ id, isBackground, share, backgroundShare }: WindowRequest): Promise<Grant> {
    const spans = [this.#inFlightMs, this.#minuteMs];
    const reply = await this.#view(takeScript, id, Number(isBackground), share, backgroundShare, ...spans);
    if (!reply) return 'unavailable';
    return reply.isGranted ? 'granted' : { waitMs: reply.waitMs };
  }

  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void {
    const text = headers?.remaining === undefined ? '' : JSON.stringify(headers);
    void this.#run(anyReply, endScript, id, Number(wasSent), this.#minuteMs, this.#emptyForMs(headers), text);
  }

  pause(ms: number): void {
    void this.#run(anyReply, pauseScript, Math.min(Math.ceil(ms), maximumPauseMs));
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#options.connection.tryRun((redis) => redis.zrem(this.#key('gateways'), this.#gateway));
  }

  get #isSettled(): boolean {
    return performance.now() >= this.#settledAtMs;
  }

  /**
   * Sends a heartbeat.
   * @param calls this gateway's counted calls, which replace those in the window after an outage.
   */
  async #heartbeat(calls?: readonly OwnCall[]): Promise<void> {
    const nowMs = this.#options.now();
    const entries = calls?.flatMap(({ id, isBackground, beganAtMs, expiresAtMs }) => {
      const isInFlight = expiresAtMs === Infinity;
      const leftMs = isInFlight ? this.#inFlightMs : Math.max(0, Math.ceil(expiresAtMs - nowMs));
      return [id, Number(isBackground), Math.floor(nowMs - beganAtMs), leftMs, Number(isInFlight)];
    });
    await this.#view(heartbeatScript, gatewayTtlMs, Number(calls !== undefined), ...(entries ?? []));
  }

  /** Runs a script, and passes on the state of the other gateways. @returns undefined while Redis can't be reached. */
  async #view(script: string, ...values: (string | number)[]) {
    const reply = await this.#run(viewReply, script, ...values);
    if (!reply) return undefined;
    const [granted, waitMs, pausedMs, gateways, headers, ...calls] = reply;
    if (this.#isSettled || gateways >= this.#gateways) {
      this.#gateways = Math.max(1, gateways);
      this.#settledAtMs = 0;
    }
    const isNew = headers !== '' && headers !== this.#headers;
    this.#headers = headers;
    const nowMs = this.#options.now();
    this.#onView({
      calls: calls.map((text) => callIn(text, nowMs)),
      pausedUntilMs: pausedMs > 0 ? nowMs + pausedMs : 0,
      headers: isNew ? headersIn(headers) : undefined,
    });
    return { isGranted: granted === 1, waitMs };
  }

  /** Milliseconds for which the upstream accepts no call, by its own rate headers; 0 where they do not say so. */
  #emptyForMs(headers: RateHeaders | undefined): number {
    if (headers?.remaining !== 0) return 0;
    const { resetAtMs = Infinity } = headers;
    return Math.max(0, Math.min(Math.ceil(resetAtMs - this.#options.wallNow()), this.#minuteMs));
  }

  async #run<T>(shape: z.ZodType<T>, script: string, ...values: (string | number)[]): Promise<T | undefined> {
    const keys = ['calls', 'account', 'gateways'].map((name) => this.#key(name));
    return this.#options.connection.tryRun(async (redis) =>
      checkedReply(shape, await redis.eval(script, keys.length, ...keys, this.#gateway, ...values)),
    );
  }

  #key(name: string): string {
    return `${this.#options.prefix}budget:${name}`;
  }
}

/** Redis returns spans of time, since clocks differ. */
function callIn(text: string, nowMs: number): OtherCall {
  const [leftMs = 0, isBackground, ageMs = 0, isInFlight] = text.split(' ').map(Number);
  return {
    isBackground: isBackground === 1,
    isInFlight: isInFlight === 1,
    beganAtMs: nowMs - ageMs,
    expiresAtMs: nowMs + leftMs,
  };
}

function headersIn(text: string): RateHeaders | undefined {
  const { data } = rateHeaders.safeParse(parseJson(text));
  return data && { limit: data.limit, remaining: data.remaining, resetAtMs: data.resetAtMs };
}
