import { RedisScript } from '#common/redis';
import { CHANNEL_KEYS_LUA, DECIMAL_LUA } from './rocket-keys.js';
import { TELL_CHANGES_LUA } from './tell-changes.lua.js';

/**
 * KEYS: rejected, revision. ARGV: prefix, message, limit, channel for changes, name of the monitor, and the
 * channel that it names, if any. Answers 1 when that is known: then it counts there.
 */
export const REJECT_MESSAGE = new RedisScript(`
${DECIMAL_LUA}${CHANNEL_KEYS_LUA}${TELL_CHANGES_LUA}
redis.call('LPUSH', KEYS[1], ARGV[2])
redis.call('LTRIM', KEYS[1], 0, tonumber(ARGV[3]) - 1)
if not ARGV[6] then return 0 end
local keys = channel_keys(ARGV[1], ARGV[6])
if redis.call('HEXISTS', keys.account, 'mark') == 0 then return 0 end
redis.call('HINCRBY', keys.account, 'rejected', 1)
tell_changes(KEYS[2], ARGV[4], ARGV[5], cjson.encode({ ARGV[6] }))
return 1
`);
