/**
 * For the script: what is known of a channel, read once per run and written once.
 */
export const TRACK_LUA = `
local ACCOUNT = { 'mark', 'count', 'gaps', 'speed_high', 'speed_low', 'launch_msg',
  'latest_msg', 'latest_instant', 'latest_nanos', 'floor' }

local NEW_ACCOUNT = { mark = 0, count = 0, gaps = 0, speed_high = 0, speed_low = 0,
  launch_msg = -1, floor = 0 }

-- Something else stands under one of the names: another program's, which is left alone.
local function is_foreign(keys, channel)
  return redis.call('EXISTS', keys.state, keys.processed) > 0
    or redis.call('HEXISTS', latest, channel) == 1
end

-- What is not written yet.
begin_changes = function(track)
  track.messages, track.arrivals, track.remembered, track.ranges = {}, {}, 0, nil
  track.duplicates, track.conflicts = 0, 0
  track.latest, track.is_changed, track.is_taken = nil, false, false
  track.written_gaps = track.account.gaps
  track.written_parked = track.account.count - track.account.mark
end

-- What is known of a channel; the messages of one run share it.
local function open_track(channel)
  local keys = channel_keys(prefix, channel)
  local found = redis.call('HMGET', keys.account, unpack(ACCOUNT))
  local track = { keys = keys, channel = channel, account = {}, known = {},
    answers = {}, answered = 0 }
  if found[1] then
    for at, name in ipairs(ACCOUNT) do
      local value = tonumber(found[at])
      track.account[name], track.known[name] = value, value
    end
    -- Read now: a key that is none of ours any more must fail before anything is written.
    track.state = read_state(keys.state, track.account.launch_msg)
    begin_changes(track)
    if not track.account.floor then adopt(track) end
    return track
  end
  if is_foreign(keys, channel) then return nil, 'foreign' end
  for name, value in pairs(NEW_ACCOUNT) do track.account[name] = value end
  track.state = new_state()
  begin_changes(track)
  track.is_new = true
  return track
end

local function write_state(track)
  local state, account = track.state, track.account
  local speed = decimal(account.speed_high * LIMB + account.speed_low)
  if track.is_new or track.is_changed then
    account.launch_msg = state.launch_msg
    redis.call('HSET', track.keys.state, 'speed', speed, 'type', state.type,
      'mission', state.mission, 'exploded_reason', state.exploded_reason,
      'latest_mission_msg', decimal(state.latest_mission_msg),
      'latest_exploded_msg', decimal(state.latest_exploded_msg))
  else
    redis.call('HSET', track.keys.state, 'speed', speed)
  end
end

local function write_account(track)
  local fields, account, known = {}, track.account, track.known
  for _, name in ipairs(ACCOUNT) do
    local value = account[name]
    if value ~= known[name] then
      fields[#fields + 1], fields[#fields + 2] = name, decimal(value)
      known[name] = value
    end
  end
  redis.call('HSET', track.keys.account, unpack(fields))
end

local function write_taken(track)
  local account = track.account
  if track.is_new then redis.call('ZADD', channels, 0, track.channel) end
  -- First what a full Redis refuses: then it has refused all.
  write_messages(track)
  write_ranges(track)
  write_state(track)
  if track.latest then
    -- A content begins with the time.
    redis.call('HSET', latest, track.channel, string.match(track.latest, '"(.-)"'))
  end
  write_base(track)
  write_account(track)
  totals.gaps = totals.gaps + account.gaps - track.written_gaps
  totals.parked = totals.parked + account.count - account.mark - track.written_parked
  track.is_new = false
end

local function write_changes(track)
  if track.is_taken then write_taken(track) end
  local account = track.keys.account
  if track.duplicates > 0 then redis.call('HINCRBY', account, 'duplicates', track.duplicates) end
  if track.conflicts > 0 then redis.call('HINCRBY', account, 'conflicts', track.conflicts) end
  track.has_changed = track.has_changed or track.is_taken or track.duplicates + track.conflicts > 0
end

-- What the messages of this run made of the channel, in one go.
write_track = function(track)
  if track.fault then return end
  local is_done, cause = pcall(write_changes, track)
  if not is_done then track.fault = fault_of(cause) end
end
`;
