import { RedisScript } from '#common/redis';
import { CHANNEL_KEYS_LUA } from './rocket-keys.js';

/** Ranges in one answer: more would hold up everybody else's commands for many milliseconds. */
const RANGES_MAX = 20_000;

/**
 * What is known of some channels, each at one moment.
 *
 * ARGV: prefix, channels. Answers per channel null, or the account, the state, the time of the newest
 * message, and the ranges as from, to, from, to …; the names of the fields are in redis-track.ts. Of as
 * many channels, from the first one on, as have `RANGES_MAX` together, and of one at least.
 */
export const findRocketsScript = (
  accountFields: readonly string[],
  stateFields: readonly string[],
): RedisScript =>
  new RedisScript(`
${CHANNEL_KEYS_LUA}
local answers, ranges = {}, 0
for at = 2, #ARGV do
  local keys = channel_keys(ARGV[1], ARGV[at])
  ranges = ranges + redis.call('ZCARD', keys.taken)
  if at > 2 and ranges > ${RANGES_MAX} then break end
  local account = redis.call('HMGET', keys.account, ${quoted(accountFields)})
  if account[1] then
    table.insert(answers, {
      account,
      redis.call('HMGET', keys.state, ${quoted(stateFields)}),
      redis.call('HGET', keys.latest, ARGV[at]),
      redis.call('ZRANGE', keys.taken, 0, -1, 'WITHSCORES')
    })
  else
    table.insert(answers, false)
  end
end
return answers
`);

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ');
