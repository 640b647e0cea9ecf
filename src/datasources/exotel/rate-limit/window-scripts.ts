import { gatewayTtlMs } from './other-gateways.js';

/**
 * Beginning of all scripts: the clock of Redis, the pause, and the epoch. KEYS: calls, account, gateways; ARGV: this gateway.
 *
 * The epoch is an entry among the calls, so that it is lost with them: a window without it, or with another, has lost entries. It
 * looks like a call without end, since gateways of an earlier version read all entries as calls.
 *
 * If the clock was set back, all times are set back by as much. If it was set forward, all calls expire too early, and the
 * epoch is removed: gateways know the ages of their calls. They send a heartbeat every second, so that a pause without calls
 * does not look like a jump.
 */
const prelude = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local own = ARGV[1] .. '/'
local function isOwn(id) return string.sub(id, 1, #own) == own end
local function put(key, expires, background, began, inFlight)
  local call = string.format('%.0f %s %.0f %s', expires, background, began, inFlight)
  redis.call('HSET', KEYS[1], key, call)
  redis.call('PEXPIRE', KEYS[1], 3600000)
end
local function partsOf(call)
  local expires, background, began, inFlight = string.match(call, '^(%d+) (%d) (%d+) (%d)$')
  return tonumber(expires), background, tonumber(began), inFlight
end
local function epoch() return redis.call('HGET', KEYS[1], 'epoch') or '' end
local seen = tonumber(redis.call('HGET', KEYS[2], 'clock') or '') or now
if now - seen > ${gatewayTtlMs} then redis.call('HDEL', KEYS[1], 'epoch') end
if now < seen then
  local back = seen - now
  local calls = redis.call('HGETALL', KEYS[1])
  for i = 1, #calls, 2 do
    local expires, background, began, inFlight = partsOf(calls[i + 1])
    if calls[i] ~= 'epoch' then put(calls[i], expires - back, background, began - back, inFlight) end
  end
  for _, gateway in ipairs(redis.call('ZRANGE', KEYS[3], 0, -1)) do redis.call('ZINCRBY', KEYS[3], -back, gateway) end
  local pausedUntil = redis.call('HGET', KEYS[2], 'pausedUntil')
  if pausedUntil then redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', pausedUntil - back)) end
end
redis.call('HSET', KEYS[2], 'clock', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[2], 7200000)
local pausedMs = math.max(0, tonumber(redis.call('HGET', KEYS[2], 'pausedUntil') or '0') - now)
`;

/** Reply of scripts: grant, wait, pause, epoch, rate headers, gateways, and the calls of other gateways with their ids. */
const view = `
local function view(granted, waitMs)
  redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
  local latest = redis.call('HMGET', KEYS[2], 'headers', 'headersOf')
  local isOther = latest[1] and latest[2] ~= ARGV[1]
  local gateways = epoch() ~= '' and table.concat(redis.call('ZRANGE', KEYS[3], 0, -1), ' ') or ''
  local reply = {granted, math.ceil(waitMs), pausedMs, epoch(), isOther and latest[1] or '', gateways}
  local calls = redis.call('HGETALL', KEYS[1])
  for i = 1, #calls, 2 do
    local expires, background, began, inFlight = partsOf(calls[i + 1])
    if calls[i] ~= 'epoch' and expires > now and not isOwn(calls[i]) then
      local call = string.format(' %.0f %s %.0f %s', expires - now, background, now - began, inFlight)
      table.insert(reply, calls[i] .. call)
    end
  end
  return reply
end
`;

/**
 * Counts a call, if the window is whole (grant -1 if not). ARGV: gateway, id, background, share, background share, maximum time in
 * flight, minute, and the epoch in which the gateway has entered its calls; empty for any.
 */
export const takeScript = `${prelude}${view}
if ARGV[8] ~= '' and ARGV[8] ~= epoch() then return view(-1, 0) end
if redis.call('HEXISTS', KEYS[1], own .. ARGV[2]) == 1 then return view(1, 0) end
local isBackground = ARGV[3] == '1'
local minute = tonumber(ARGV[7])
local all, background = {}, {}
local calls = redis.call('HGETALL', KEYS[1])
for i = 1, #calls, 2 do
  local expires, kind = partsOf(calls[i + 1])
  if expires <= now then redis.call('HDEL', KEYS[1], calls[i])
  elseif calls[i] ~= 'epoch' then
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
put(own .. ARGV[2], now + tonumber(ARGV[6]), ARGV[3], now, '1')
return view(1, 0)`;

/** Ends a call. ARGV: gateway, id, whether it was sent, minute, pause, rate headers. */
export const endScript = `${prelude}
local _, background, began = partsOf(redis.call('HGET', KEYS[1], own .. ARGV[2]) or '')
-- 1 ms more, since fractions of a millisecond are cut off
if ARGV[3] == '1' then put(own .. ARGV[2], now + 1 + tonumber(ARGV[4]), background or '0', began or now, '0')
else redis.call('HDEL', KEYS[1], own .. ARGV[2]) end
if ARGV[6] ~= '' then redis.call('HSET', KEYS[2], 'headers', ARGV[6], 'headersOf', ARGV[1]) end
if tonumber(ARGV[5]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[5])))
end
return 1`;

/** Pauses all gateways. ARGV: gateway, pause. */
export const pauseScript = `${prelude}
if tonumber(ARGV[2]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[2])))
end
return 1`;

/**
 * Heartbeat. Without the gateway's calls it counts only if the window is whole (grant -1 if not): the gateways of a window have
 * all entered their calls in its epoch. ARGV: gateway, its time to live, epoch, whether all of its calls follow, and for each
 * call: `gateway/id`, background, age, remaining time, whether it is in flight. Calls of other gateways follow too, as far as they
 * are known: they are entered for a gateway that is gone. One that is not replaces them by its own.
 */
export const heartbeatScript = `${prelude}${view}
local isEntering = ARGV[4] == '1'
if not isEntering and (ARGV[3] == '' or ARGV[3] ~= epoch()) then return view(-1, 0) end
if epoch() == '' then
  redis.call('DEL', KEYS[3])
  redis.call('HSET', KEYS[1], 'epoch', string.format('99999999999999 0 %.0f 0', now))
end
redis.call('ZADD', KEYS[3], now + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], 3600000)
redis.call('PEXPIRE', KEYS[3], 3600000)
if isEntering then
  for _, id in ipairs(redis.call('HKEYS', KEYS[1])) do
    if isOwn(id) then redis.call('HDEL', KEYS[1], id) end
  end
  for i = 5, #ARGV, 5 do
    local gateway = string.match(ARGV[i], '^[^/]*')
    if gateway == ARGV[1] or not redis.call('ZSCORE', KEYS[3], gateway) then
      put(ARGV[i], now + tonumber(ARGV[i + 3]), ARGV[i + 1], now - tonumber(ARGV[i + 2]), ARGV[i + 4])
    end
  end
end
return view(1, 0)`;
