import { randomBytes } from 'node:crypto';
import { type RedisHealth } from '../../state/redis/health.js';
import {
  type WindowStore,
  type Grant,
  type OtherCall,
  type OthersView,
  type OwnCall,
  type WindowRequest,
  type RateHeaders,
} from './upstream-quota.js';

/**
 * What all begin with: the calls that count, by Redis's own clock, and whether the upstream asked to wait.
 * KEYS: calls, account, gateways; ARGV: this gateway.
 */
const opening = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = ARGV[1] .. '/'
local function isOwn(id) return string.sub(id, 1, #own) == own end
local function put(id, expires, background, began, flying)
  local call = string.format('%.0f %s %.0f %s', expires, background, began, flying)
  redis.call('HSET', KEYS[1], own .. id, call)
  redis.call('PEXPIRE', KEYS[1], 3600000)
end
local function partsOf(call)
  local expires, background, began, flying = string.match(call, '^(%d+) (%d) (%d+) (%d)$')
  return tonumber(expires), background, tonumber(began), flying
end
local pausedMs = math.max(0, tonumber(redis.call('HGET', KEYS[2], 'pausedUntil') or '0') - now)
`;

/** What is answered: whether there was a place or when, the pause, how many gateways, and what others did. */
const view = `
local function view(granted, waitMs)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  local told = redis.call('HMGET', KEYS[2], 'told', 'toldBy')
  local isTold = told[1] and told[2] ~= ARGV[1]
  local answer = {granted, math.ceil(waitMs), pausedMs, redis.call('ZCARD', KEYS[3]), isTold and told[1] or ''}
  local calls = redis.call('HGETALL', KEYS[1])
  for i = 1, #calls, 2 do
    local expires, background, began, flying = partsOf(calls[i + 1])
    if expires > now and not isOwn(calls[i]) then
      table.insert(answer, string.format('%.0f %s %.0f %s', expires - now, background, now - began, flying))
    end
  end
  return answer
end
`;

/** ARGV: gateway, id, background, share, share of the background, time in flight at most, a minute. */
const takeScript = `${opening}${view}
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
  local tooMany = #ends + 1 - share
  if tooMany <= 0 then return 0 end
  table.sort(ends)
  return ends[tooMany] or minute
end
local waitMs = math.max(pausedMs, waitFor(all, tonumber(ARGV[4])))
if isBackground then waitMs = math.max(waitMs, waitFor(background, tonumber(ARGV[5]))) end
if waitMs > 0 then return view(0, waitMs) end
put(ARGV[2], now + tonumber(ARGV[6]), ARGV[3], now, '1')
return view(1, 0)`;

/** ARGV: gateway, id, whether it was sent, a minute, a pause, what the upstream told. */
const endScript = `${opening}
local _, background, began = partsOf(redis.call('HGET', KEYS[1], own .. ARGV[2]) or '')
-- a moment more: parts of a millisecond are cut off, here and where it is looked at
if ARGV[3] == '1' then put(ARGV[2], now + 1 + tonumber(ARGV[4]), background or '0', began or now, '0')
else redis.call('HDEL', KEYS[1], own .. ARGV[2]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[2], 'told', ARGV[6], 'toldBy', ARGV[1]) end
if tonumber(ARGV[5]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[5])))
end
redis.call('PEXPIRE', KEYS[2], 7200000)
return 1`;

/** ARGV: gateway, a pause. */
const pauseScript = `${opening}
if tonumber(ARGV[2]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[2])))
  redis.call('PEXPIRE', KEYS[2], 7200000)
end
return 1`;

/**
 * ARGV: gateway, for how long it counts as there, whether all of its calls follow, and then for each: id, background,
 * since when, for how long it counts, whether it is in flight.
 */
const beatScript = `${opening}${view}
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

/** What the window needs. */
export interface RedisWindowOptions {
  readonly health: RedisHealth;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Per attempt: no call is in flight for longer. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Length of the sliding window; shorter in tests. */
  readonly minuteMs?: number | undefined;
}

/** What the scripts answer; times are this process's. */
interface Reply {
  readonly isGranted: boolean;
  /** Milliseconds until there is a place, where none was granted. */
  readonly waitMs: number;
  /** Milliseconds for which the upstream asked to send nothing. */
  readonly pausedMs: number;
  /** Gateways that are alive, this one included. */
  readonly gateways: number;
  /** Rate headers of another gateway's last response; empty where there are none. */
  readonly headers: string;
  /** Calls of the other gateways. */
  readonly calls: readonly OtherCall[];
}

const maximumPauseMs = 3_600_000;
/** Interval at which a gateway says that it is alive, and learns what the others do. */
const heartbeatIntervalMs = 1000;
/** A gateway without a heartbeat for this long counts as gone. */
const gatewayTtlMs = 5000;
/** A call may wait for its connection before its timeout begins. */
const slackMs = 5000;

/**
 * The calls of all gateways of an account in one sliding window, by Redis's clock. While Redis is gone, each gateway counts
 * its own calls with the weight of all.
 */
export class RedisWindow implements WindowStore {
  readonly #options: RedisWindowOptions;
  readonly #gateway = randomBytes(8).toString('hex');
  readonly #minuteMs: number;
  readonly #inFlightMs: number;
  #onView: (view: OthersView) => void = () => undefined;
  #gateways = 1;
  /** After an outage: the other gateways may need until then to find Redis again. */
  #settledAtMs = 0;
  #headers = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisWindowOptions) {
    this.#options = options;
    this.#minuteMs = options.minuteMs ?? 60_000;
    this.#inFlightMs = options.timeoutMs + this.#minuteMs + slackMs;
  }

  get weight(): number {
    return this.#options.health.isWell && this.#isSettled ? 1 : this.#gateways;
  }

  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void {
    this.#onView = onView;
    this.#options.health.onBack(() => {
      if (this.#gateways > 1) this.#settledAtMs = performance.now() + gatewayTtlMs;
      void this.#heartbeat(own());
    });
    this.#timer = setInterval(() => void this.#heartbeat(), heartbeatIntervalMs).unref();
  }

  async take({ id, isBackground, share, backgroundShare }: WindowRequest): Promise<Grant> {
    const spans = [this.#inFlightMs, this.#minuteMs];
    const reply = this.#replyIn(
      await this.#run(takeScript, id, Number(isBackground), share, backgroundShare, ...spans),
    );
    if (!reply) return 'gone';
    this.#learn(reply);
    return reply.isGranted ? 'granted' : { waitMs: reply.waitMs };
  }

  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void {
    const text = headers?.remaining === undefined ? '' : JSON.stringify(headers);
    void this.#run(endScript, id, Number(wasSent), this.#minuteMs, this.#emptyForMs(headers), text);
  }

  pause(ms: number): void {
    void this.#run(pauseScript, Math.min(Math.ceil(ms), maximumPauseMs));
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#options.health.ask((redis) => redis.zrem(this.#key('gateways'), this.#gateway));
  }

  get #isSettled(): boolean {
    return performance.now() >= this.#settledAtMs;
  }

  /**
   * Says that this gateway is alive.
   * @param calls all that count, to replace those in the window after an outage; undefined: the window has them.
   */
  async #heartbeat(calls?: readonly OwnCall[]): Promise<void> {
    const nowMs = this.#options.now();
    const entries = calls?.flatMap(({ id, isBackground, beganAtMs, expiresAtMs }) => {
      const isInFlight = expiresAtMs === Infinity;
      const leftMs = isInFlight ? this.#inFlightMs : Math.max(0, Math.ceil(expiresAtMs - nowMs));
      return [id, Number(isBackground), Math.floor(nowMs - beganAtMs), leftMs, Number(isInFlight)];
    });
    const reply = this.#replyIn(
      await this.#run(beatScript, gatewayTtlMs, Number(calls !== undefined), ...(entries ?? [])),
    );
    if (reply) this.#learn(reply);
  }

  #learn({ gateways, headers, calls, pausedMs }: Reply): void {
    if (this.#isSettled || gateways >= this.#gateways) {
      this.#gateways = Math.max(1, gateways);
      this.#settledAtMs = 0;
    }
    const isNew = headers !== '' && headers !== this.#headers;
    this.#headers = headers;
    this.#onView({
      calls,
      pausedUntilMs: pausedMs > 0 ? this.#options.now() + pausedMs : 0,
      told: isNew ? headersIn(headers) : undefined,
    });
  }

  /** Milliseconds for which the upstream accepts no call, by its own rate headers; 0 where they do not say so. */
  #emptyForMs(headers: RateHeaders | undefined): number {
    if (headers?.remaining !== 0) return 0;
    const forMs = headers.resetAtMs === undefined ? this.#minuteMs : headers.resetAtMs - this.#options.now();
    return Math.max(0, Math.min(Math.ceil(forMs), this.#minuteMs));
  }

  async #run(script: string, ...values: (string | number)[]): Promise<unknown> {
    const keys = ['calls', 'account', 'gateways'].map((name) => this.#key(name));
    return this.#options.health.ask((redis) =>
      redis.eval(script, keys.length, ...keys, this.#gateway, ...values),
    );
  }

  #key(name: string): string {
    return `${this.#options.prefix}budget:${name}`;
  }

  #replyIn(answer: unknown): Reply | undefined {
    if (!answer) return undefined;
    const [granted, waitMs, pausedMs, gateways, headers, ...calls] = answer as [
      number,
      number,
      number,
      number,
      string,
      ...string[],
    ];
    const nowMs = this.#options.now();
    return {
      isGranted: granted === 1,
      waitMs,
      pausedMs,
      gateways,
      headers,
      calls: calls.map((text) => callIn(text, nowMs)),
    };
  }
}

/** Redis gives spans, since clocks differ. */
function callIn(text: string, nowMs: number): OtherCall {
  const [leftMs = 0, isBackground, ageMs = 0, isInFlight] = text.split(' ').map(Number);
  return {
    isBackground: isBackground === 1,
    isInFlight: isInFlight === 1,
    beganAtMs: nowMs - ageMs,
    expiresAtMs: nowMs + leftMs,
  };
}

function headersIn(text: string): RateHeaders {
  const { limit, remaining, resetAtMs } = JSON.parse(text) as Partial<RateHeaders>;
  return { limit, remaining, resetAtMs };
}
