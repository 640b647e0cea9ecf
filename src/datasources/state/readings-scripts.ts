/** What is under a key begins with its order; -1 where nothing is. */
const orderAt = `
local function orderAt(key)
  return tonumber(string.match(redis.call('GETRANGE', key, 0, 20), '^%d+') or '-1')
end
`;

/** The next order: after every one given out before, whosever clock is ahead. */
const nextOrder = `
local order = math.max(tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0') + 1)
redis.call('SET', KEYS[1], string.format('%.0f', order), 'PX', ARGV[2])
${orderAt}
`;

/** KEYS: clock, flight, reading, marks…; ARGV: order, its time, token, order seen, time of the claim. */
export const claimScript = `${nextOrder}
if orderAt(KEYS[3]) > tonumber(ARGV[4]) then return {string.format('%.0f', order), 'newer'} end
local marked = -1
for i = 4, #KEYS do marked = math.max(marked, orderAt(KEYS[i])) end
-- who began before a write reads what nobody wants any more
if orderAt(KEYS[2]) > marked then return {string.format('%.0f', order), 'taken'} end
redis.call('SET', KEYS[2], string.format('%.0f', order) .. ' ' .. ARGV[3], 'PX', ARGV[5])
return {string.format('%.0f', order), 'ours'}`;

/** KEYS: flight; ARGV: token, time of the claim, or 0 to end it. */
export const stayScript = `
if string.match(redis.call('GET', KEYS[1]) or '', ' (.*)$') ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])`;

/** KEYS: readings; ARGV for each: order, its time, text with both orders in front. */
export const keepScript = `${orderAt}for i, key in ipairs(KEYS) do
  local at = (i - 1) * 3
  if orderAt(key) < tonumber(ARGV[at + 1]) then redis.call('SET', key, ARGV[at + 3], 'PX', ARGV[at + 2]) end
end
return 1`;

/** KEYS: clock, marks…; ARGV: order, time of the clock and of the marks. */
export const outdateScript = `${nextOrder}
for i = 2, #KEYS do redis.call('SET', KEYS[i], string.format('%.0f', order), 'PX', ARGV[2]) end
return string.format('%.0f', order)`;
