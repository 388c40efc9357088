import { RedisScript } from './redis-script.js';

/*
 * Keys below a base name: `<base>:waiting`, sorted by position; `<base>:leased`, by the millisecond
 * from which on a message may be claimed again; `<base>:dead`; `<base>:position`, the last one given;
 * and per message the hash `<base>:<id>`. The time is Redis' own: relays' clocks may differ.
 */

const LIBRARY = `
local function decimal(number) return string.format('%.0f', number) end
local function clock_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local function part(base, name) return base .. ':' .. name end
`;

/**
 * Lua functions for the scripts of those who put messages into an outbox together with what they
 * tell of: `outbox_count(base)`, and `outbox_add(base, id, envelope)`, which keeps one of each id.
 */
export const OUTBOX_LUA = `
local function outbox_count(base)
  return redis.call('ZCARD', base .. ':waiting') + redis.call('ZCARD', base .. ':leased')
    + redis.call('ZCARD', base .. ':dead')
end
local function outbox_add(base, id, envelope)
  local message = base .. ':' .. id
  if redis.call('EXISTS', message) == 1 then return end
  local position = string.format('%.0f', redis.call('INCR', base .. ':position'))
  redis.call('HSET', message, 'envelope', envelope, 'position', position)
  redis.call('ZADD', base .. ':waiting', position, id)
end
`;

/** ARGV: limit, lease in ms. Answers envelope, attempt, envelope, attempt … */
export const CLAIM = new RedisScript(`${LIBRARY}
local base, limit, lease_ms = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local waiting, leased = part(base, 'waiting'), part(base, 'leased')
local now = clock_ms()
for _, id in ipairs(redis.call('ZRANGEBYSCORE', leased, '-inf', decimal(now), 'LIMIT', 0, 1000)) do
  local position = redis.call('HGET', part(base, id), 'position')
  redis.call('ZREM', leased, id)
  if position then redis.call('ZADD', waiting, position, id) end
end
local claimed = {}
for _, id in ipairs(redis.call('ZRANGE', waiting, 0, limit - 1)) do
  local message = part(base, id)
  redis.call('ZREM', waiting, id)
  local envelope = redis.call('HGET', message, 'envelope')
  if envelope then
    redis.call('ZADD', leased, decimal(now + lease_ms), id)
    table.insert(claimed, envelope)
    table.insert(claimed, redis.call('HINCRBY', message, 'attempt', 1))
  end
end
return claimed
`);

/** ARGV: ids. */
export const CONFIRM = new RedisScript(`${LIBRARY}
for _, id in ipairs(ARGV) do
  for _, name in ipairs({ 'waiting', 'leased', 'dead' }) do
    redis.call('ZREM', part(KEYS[1], name), id)
  end
  redis.call('DEL', part(KEYS[1], id))
end
`);

/** ARGV: id, delay in ms, reason. */
export const POSTPONE = new RedisScript(`${LIBRARY}
local base, id = KEYS[1], ARGV[1]
if redis.call('EXISTS', part(base, id)) == 0 then return end
if redis.call('ZSCORE', part(base, 'dead'), id) then return end
redis.call('ZREM', part(base, 'waiting'), id)
redis.call('ZADD', part(base, 'leased'), decimal(clock_ms() + tonumber(ARGV[2])), id)
redis.call('HSET', part(base, id), 'last_fault', ARGV[3])
`);

/** ARGV: id, reason. */
export const BURY = new RedisScript(`${LIBRARY}
local base, id = KEYS[1], ARGV[1]
local position = redis.call('HGET', part(base, id), 'position')
if not position then return end
redis.call('ZREM', part(base, 'waiting'), id)
redis.call('ZREM', part(base, 'leased'), id)
redis.call('ZADD', part(base, 'dead'), position, id)
redis.call('HSET', part(base, id), 'dead_reason', ARGV[2])
`);

/** Answers how many wait, and how many are dead. */
export const COUNTS = new RedisScript(`${LIBRARY}
local base = KEYS[1]
local waiting = redis.call('ZCARD', part(base, 'waiting')) + redis.call('ZCARD', part(base, 'leased'))
return { waiting, redis.call('ZCARD', part(base, 'dead')) }
`);
