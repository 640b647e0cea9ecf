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
export const takeScript = `${opening}${view}
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
export const endScript = `${opening}
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
export const pauseScript = `${opening}
if tonumber(ARGV[2]) > pausedMs then
  redis.call('HSET', KEYS[2], 'pausedUntil', string.format('%.0f', now + tonumber(ARGV[2])))
  redis.call('PEXPIRE', KEYS[2], 7200000)
end
return 1`;

/**
 * ARGV: gateway, for how long it counts as there, whether all of its calls follow, and then for each: id, background,
 * since when, for how long it counts, whether it is in flight.
 */
export const beatScript = `${opening}${view}
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
