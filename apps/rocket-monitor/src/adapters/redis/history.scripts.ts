import { RedisScript } from '#common/redis';
import { CHANNEL_KEYS_LUA, DECIMAL_LUA } from './rocket-keys.js';

/**
 * A page of a channel's history. ARGV: prefix, channel, order, limit, and where the page begins: a number,
 * for arrivals the instant and the number of the last one, or nothing. Answers number, instant, content, number …
 */
export const READ_HISTORY = new RedisScript(`
${DECIMAL_LUA}${CHANNEL_KEYS_LUA}
local keys = channel_keys(ARGV[1], ARGV[2])
local order, limit, start, after = ARGV[3], tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local found = redis.call('HMGET', keys.account, 'mark', 'floor')
-- Without a floor, an account of the version before there were histories.
if not found[2] then return {} end
local mark, floor = tonumber(found[1]), tonumber(found[2])
local numbers = {}

local function add(number)
  if #numbers < limit then numbers[#numbers + 1] = padded(number) end
  return #numbers < limit
end

local function add_all(first, last, step)
  for number = first, last, step do
    if not add(number) then return end
  end
end

local function upwards()
  local first = math.max(start, floor) + 1
  add_all(first, mark, 1)
  -- Each range has one number at least.
  local ranges = redis.call('ZRANGEBYSCORE', keys.taken, decimal(first), '+inf', 'WITHSCORES',
    'LIMIT', 0, limit - #numbers)
  for at = 1, #ranges, 2 do
    add_all(math.max(tonumber(ranges[at]), first), tonumber(ranges[at + 1]), 1)
  end
end

local function downwards()
  local last = start - 1
  local around = redis.call('ZRANGEBYSCORE', keys.taken, decimal(start), '+inf', 'LIMIT', 0, 1)[1]
  if around then add_all(last, math.max(tonumber(around), floor + 1), -1) end
  local ranges = redis.call('ZREVRANGEBYSCORE', keys.taken, decimal(last), '-inf', 'WITHSCORES',
    'LIMIT', 0, limit - #numbers)
  for at = 1, #ranges, 2 do
    add_all(tonumber(ranges[at + 1]), math.max(tonumber(ranges[at]), floor + 1), -1)
  end
  add_all(math.min(last, mark), floor + 1, -1)
end

-- The place after an arrival, which may be forgotten itself.
local function rank_after(instant, number)
  local low = redis.call('ZCOUNT', keys.arrivals, '-inf', '(' .. instant)
  local high = low + redis.call('ZCOUNT', keys.arrivals, instant, instant)
  while low < high do
    local middle = math.floor((low + high) / 2)
    local there = redis.call('ZRANGE', keys.arrivals, middle, middle)[1]
    if tonumber(there) <= number then low = middle + 1 else high = middle end
  end
  return low
end

local function by_arrival()
  local first = start and rank_after(ARGV[5], after) or 0
  for _, text in ipairs(redis.call('ZRANGE', keys.arrivals, first, first + limit - 1)) do
    add(tonumber(text))
  end
end

if order == 'number' then upwards() elseif order == 'arrival' then by_arrival() else downwards() end
if #numbers == 0 then return {} end
local instants = redis.call('ZMSCORE', keys.arrivals, unpack(numbers))
local contents, answer = redis.call('HMGET', keys.messages, unpack(numbers)), {}
for at, number in ipairs(numbers) do
  answer[3 * at - 2], answer[3 * at - 1], answer[3 * at] = number, instants[at], contents[at]
end
return answer
`);

/**
 * ARGV: prefix, channel, number. Answers the checkpoint at or below the number, or a word: `first`
 * where nothing is forgotten, `gone`, and `earlier` for an account that was written before there were histories.
 */
export const FIND_CHECKPOINT = new RedisScript(`
${CHANNEL_KEYS_LUA}
local keys = channel_keys(ARGV[1], ARGV[2])
local found = redis.call('ZREVRANGEBYSCORE', keys.checkpoints, ARGV[3], '-inf', 'LIMIT', 0, 1)[1]
if found then return found end
local account = redis.call('HMGET', keys.account, 'mark', 'floor')
if not account[1] or account[2] == '0' then return 'first' end
return account[2] and 'gone' or 'earlier'
`);

/**
 * Keeps a checkpoint that is above the last one, and forgets the oldest pages when there are too many.
 * What two monitors keep at the same time is the same, and kept once.
 *
 * KEYS: pages. ARGV: prefix, channel, number, checkpoint, limit of pages.
 */
export const KEEP_CHECKPOINT = new RedisScript(`
${DECIMAL_LUA}${CHANNEL_KEYS_LUA}
local pages, prefix, channel = KEYS[1], ARGV[1], ARGV[2]
local through, pages_max = tonumber(ARGV[3]), tonumber(ARGV[5])
local COMMAND_MAX, FORGET_MAX = 1000, 4

local function forget(channel, through)
  local keys = channel_keys(prefix, channel)
  local floor = tonumber(redis.call('HGET', keys.account, 'floor'))
  for first = floor + 1, through, COMMAND_MAX do
    local numbers = {}
    for number = first, math.min(first + COMMAND_MAX - 1, through) do
      numbers[#numbers + 1] = padded(number)
    end
    redis.call('HDEL', keys.messages, unpack(numbers))
    redis.call('ZREM', keys.arrivals, unpack(numbers))
  end
  redis.call('ZREMRANGEBYSCORE', keys.checkpoints, '-inf', '(' .. decimal(through))
  redis.call('HSET', keys.account, 'floor', decimal(through))
end

local keys = channel_keys(prefix, channel)
local account = redis.call('HMGET', keys.account, 'mark', 'floor')
if not account[2] or through > tonumber(account[1]) then return end
local last = redis.call('ZREVRANGE', keys.checkpoints, 0, 0, 'WITHSCORES')[2] or account[2]
if through <= tonumber(last) then return end
redis.call('ZADD', keys.checkpoints, decimal(through), ARGV[4])
local count = redis.call('RPUSH', pages, decimal(through) .. ' ' .. channel)
-- No more at one time, so that nobody waits for long; the next checkpoint goes on.
for _ = 1, math.min(count - pages_max, FORGET_MAX) do
  local oldest, name = string.match(redis.call('LPOP', pages), '^(%d+) (.*)$')
  forget(name, tonumber(oldest))
end
`);
