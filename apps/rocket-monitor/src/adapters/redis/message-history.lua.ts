/**
 * For the script: the messages themselves. Those of a run are written together, so a repetition is
 * looked for among them first.
 */
export const MESSAGE_HISTORY_LUA = `
local function remember(track)
  local messages, arrivals, at = track.messages, track.arrivals, track.remembered
  messages[at + 1], messages[at + 2] = m.padded, m.content
  arrivals[at + 1], arrivals[at + 2] = m.received, m.padded
  track.remembered = at + 2
end

-- What was first taken under the number; nil or false when it is forgotten.
local function first_content(track)
  local messages = track.messages
  for at = 1, #messages, 2 do
    if messages[at] == m.padded then return messages[at + 1] end
  end
  return redis.call('HGET', track.keys.messages, m.padded)
end

local function write_messages(track)
  call_with('HSET', track.keys.messages, track.messages)
  call_with('ZADD', track.keys.arrivals, track.arrivals)
end

-- The state is exact where no number is missing.
local function checkpoint_of(track)
  local account, state = track.account, track.state
  return string.format(
    '{"through":%s,"rocket":{"model":%s,"speed":{"high":%s,"low":%s},"mission":%s,'
      .. '"explodedReason":%s,"launchNumber":%s,"missionNumber":%s,"explodedNumber":%s,'
      .. '"latest":{"text":%s,"instant":%s,"nanoseconds":%s,"number":%s}}}',
    decimal(account.mark), cjson.encode(state.type), decimal(account.speed_high),
    decimal(account.speed_low), cjson.encode(state.mission), cjson.encode(state.exploded_reason),
    decimal(state.launch_msg), decimal(state.latest_mission_msg),
    decimal(state.latest_exploded_msg), cjson.encode(redis.call('HGET', latest, track.channel)),
    decimal(account.latest_instant), decimal(account.latest_nanos), decimal(account.latest_msg))
end

-- An account of the version before there were histories: what it has taken so far is known only in sum.
local function adopt(track)
  local account = track.account
  local last = redis.call('ZREVRANGE', track.keys.taken, 0, 0, 'WITHSCORES')[2]
  account.floor = tonumber(last) or account.mark
  track.written_parked = 0
  if account.floor == account.mark then track.base = checkpoint_of(track) end
end

-- From where nothing of that is missing any more, its history can be told.
local function write_base(track)
  local account = track.account
  if account.floor == 0 then return end
  if not track.base and account.mark == account.count
    and redis.call('ZCARD', track.keys.checkpoints) == 0 then
    track.base, account.floor = checkpoint_of(track), account.mark
  end
  if track.base then
    redis.call('ZADD', track.keys.checkpoints, decimal(account.floor), track.base)
    track.base = nil
  end
end
`;
