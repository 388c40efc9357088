import { ROCKET_EXPLODED, ROCKET_LAUNCHED, ROCKET_MISSION_CHANGED } from '#common/contracts';
import { ENVELOPE_VERSION } from '#common/messaging';
import { OUTBOX_LUA, RedisScript } from '#common/redis';
import { CHANNEL_KEYS_LUA } from './rocket-keys.js';
import { TAKEN_NUMBERS_LUA } from './taken-numbers.lua.js';

/** Arguments per message: see `argumentsOf` in message-arguments.ts. */
export const MESSAGE_ARGUMENTS = 11;

/**
 * Numbers of the wire reach 2^53 − 1, which Lua's doubles hold exactly, but its `tostring` does not
 * write: `decimal` does. Speeds are kept in two parts as `RocketSpeed` is, for a sum may pass 2^53.
 */
const MESSAGE_LUA = `
local LIMB = 67108864
local PAGE_NUMBERS = 256
local UNKNOWN = '\\0\\0\\0\\0'
local ACCOUNT = { 'mark', 'count', 'gaps', 'speed_high', 'speed_low', 'launch_msg',
  'latest_msg', 'latest_instant', 'latest_nanos' }

local NEW_ACCOUNT = { mark = 0, count = 0, gaps = 0, speed_high = 0, speed_low = 0,
  launch_msg = -1 }

local function new_state()
  return { type = '', mission = '', exploded_reason = '',
    latest_mission_msg = -1, latest_exploded_msg = -1, launch_msg = -1 }
end

local function read_state(key, launch_msg)
  local found = redis.call('HMGET', key, 'type', 'mission', 'exploded_reason',
    'latest_mission_msg', 'latest_exploded_msg')
  return { type = found[1] or '', mission = found[2] or '', exploded_reason = found[3] or '',
    latest_mission_msg = tonumber(found[4] or '-1'),
    latest_exploded_msg = tonumber(found[5] or '-1'), launch_msg = launch_msg }
end

local function copy(state)
  local same = {}
  for name, value in pairs(state) do same[name] = value end
  return same
end

-- Something else stands under one of the names: another program's, which is left alone.
local function is_foreign(keys, channel)
  return redis.call('EXISTS', keys.state, keys.processed) > 0
    or redis.call('HEXISTS', latest, channel) == 1
end

local function add_speed(account, by)
  local high = math.floor(by / LIMB)
  local low = account.speed_low + (by - high * LIMB)
  local carry = 0
  if low >= LIMB then carry = 1 end
  account.speed_high = account.speed_high + high + carry
  account.speed_low = low - carry * LIMB
end

local function is_latest(account, m)
  if not account.latest_msg then return true end
  if m.instant ~= account.latest_instant then return m.instant > account.latest_instant end
  if m.nanos ~= account.latest_nanos then return m.nanos > account.latest_nanos end
  return m.number > account.latest_msg
end

-- The rules of applyMessage and newFacts: what a message makes of a state, and what becomes known.
local function with_mission(state, m, mission)
  if m.number < state.latest_mission_msg then return end
  state.mission, state.latest_mission_msg = mission, m.number
end

local function launched(state, m)
  local mission, model, launch_msg = state.mission, state.type, state.launch_msg
  if m.number > launch_msg then state.launch_msg, state.type = m.number, m.text end
  with_mission(state, m, m.mission)
  if state.launch_msg ~= launch_msg and (launch_msg < 0 or state.type ~= model) then
    return '${ROCKET_LAUNCHED}', { type = state.type, mission = state.mission }
  end
  if state.mission ~= mission then
    return '${ROCKET_MISSION_CHANGED}', { mission = state.mission }
  end
end

local function mission_changed(state, m)
  local mission = state.mission
  with_mission(state, m, m.text)
  if state.mission ~= mission then
    return '${ROCKET_MISSION_CHANGED}', { mission = state.mission }
  end
end

local function exploded(state, m)
  if m.number < state.latest_exploded_msg then return end
  local reason = state.exploded_reason
  state.exploded_reason, state.latest_exploded_msg = m.text, m.number
  if m.text ~= reason then return '${ROCKET_EXPLODED}', { reason = m.text } end
end

local RULES = { launched = launched, mission = mission_changed, exploded = exploded }

-- The digest's page, and where in it.
local function digest_place(keys, m)
  local page = math.floor(m.number / PAGE_NUMBERS)
  local key = keys.own .. 'digests:' .. decimal(page) .. ':' .. m.channel
  return key, 4 * (m.number - page * PAGE_NUMBERS)
end

local function repeated(track, m)
  local page, at = digest_place(track.keys, m)
  local first = redis.call('GETRANGE', page, at, at + 3)
  if #first < 4 or first == UNKNOWN or first == struct.pack('>I4', m.digest) then
    track.duplicates = track.duplicates + 1
    return 'duplicate'
  end
  track.conflicts = track.conflicts + 1
  return 'conflict'
end

local function remember_digest(keys, m)
  local page, at = digest_place(keys, m)
  if redis.call('EXISTS', page) == 0 then
    local pages = keys.own .. 'digest-pages'
    if redis.call('RPUSH', pages, page) > limits.digest_pages then
      redis.call('UNLINK', redis.call('LPOP', pages))
    end
  end
  redis.call('SETRANGE', page, at, struct.pack('>I4', m.digest))
end

local function tell(m, event, data)
  data.channel = m.channel
  local envelope = { id = m.event_id, type = event, time = now, version = ${ENVELOPE_VERSION}, data = data }
  outbox_add(outbox, m.event_id, cjson.encode(envelope))
end

-- What is known of a channel; the messages of one run share it.
local function open_track(channel)
  local keys = channel_keys(prefix, channel)
  local found = redis.call('HMGET', keys.account, unpack(ACCOUNT))
  local track = { keys = keys, channel = channel, account = {}, answers = {},
    duplicates = 0, conflicts = 0 }
  if found[1] then
    for at = 1, #ACCOUNT do track.account[ACCOUNT[at]] = tonumber(found[at]) end
    -- Read now: a key that is none of ours any more must fail before anything is written.
    track.state = read_state(keys.state, track.account.launch_msg)
    return track
  end
  if is_foreign(keys, channel) then return nil, 'foreign' end
  if redis.call('ZCARD', channels) >= limits.channels then return nil, 'full-channels' end
  track.is_new = true
  for name, value in pairs(NEW_ACCOUNT) do track.account[name] = value end
  track.state = new_state()
  return track
end

-- First all that is read and may be refused, then all that is written: nothing is half done.
local function take(track, m)
  local keys, account = track.keys, track.account
  local place = find_place(keys, account, m.number)
  if place == nil then return repeated(track, m) end
  if place.new_gaps > 0 then
    if account.gaps >= limits.gaps then return 'full-gaps' end
    if tonumber(redis.call('GET', open_gaps) or '0') + opened_gaps >= limits.gaps_total then
      return 'full-all-gaps'
    end
  end
  local state, event, data = track.state, nil, nil
  if RULES[m.kind] then
    state = copy(state)
    event, data = RULES[m.kind](state, m)
  end
  local is_told = event ~= nil and tells
  if is_told and outbox_count(outbox) >= limits.events then return 'full-events' end

  if track.is_new and account.count == 0 then redis.call('ZADD', channels, 0, m.channel) end
  remember_digest(keys, m)
  take_place(keys, account, m, place)
  if is_told then tell(m, event, data) end
  if m.by then add_speed(account, m.by) end
  if state ~= track.state then track.state, track.is_changed = state, true end
  if is_latest(account, m) then
    account.latest_msg, account.latest_instant, account.latest_nanos = m.number, m.instant, m.nanos
    track.time = m.time
  end
  track.is_taken = true
  return is_told and 'told' or 'new'
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

-- What the messages of this run made of the channel, in one go.
local function write_track(track)
  local keys, account = track.keys, track.account
  if track.is_taken then
    write_state(track)
    if track.time then redis.call('HSET', latest, track.channel, track.time) end
    local fields = {}
    for at = 1, #ACCOUNT do
      fields[2 * at - 1], fields[2 * at] = ACCOUNT[at], decimal(account[ACCOUNT[at]])
    end
    redis.call('HSET', keys.account, unpack(fields))
  end
  if track.duplicates > 0 then
    redis.call('HINCRBY', keys.account, 'duplicates', track.duplicates)
  end
  if track.conflicts > 0 then redis.call('HINCRBY', keys.account, 'conflicts', track.conflicts) end
end
`;

/**
 * Takes messages, each for itself: what is wrong with one does not touch the others.
 *
 * KEYS: channels, open gaps, outbox. ARGV: prefix, time of the events, whether they are told (1, 0), limits
 * of channels, gaps per channel, gaps in all, numbers listed, digest pages and waiting events; then
 * the arguments of each message. Answers a word per message.
 */
export const TAKE_MESSAGES = new RedisScript(`
local channels, open_gaps, outbox = KEYS[1], KEYS[2], KEYS[3]
local prefix, now, tells = ARGV[1], ARGV[2], ARGV[3] == '1'
local limits = { channels = tonumber(ARGV[4]), gaps = tonumber(ARGV[5]),
  gaps_total = tonumber(ARGV[6]), listed = tonumber(ARGV[7]), digest_pages = tonumber(ARGV[8]),
  events = tonumber(ARGV[9]) }
local latest = prefix .. 'latest_update_timestamp'
local function decimal(number) return string.format('%.0f', number) end
${CHANNEL_KEYS_LUA}${OUTBOX_LUA}${TAKEN_NUMBERS_LUA}${MESSAGE_LUA}

-- Of another type it must fail here, before anything is written.
redis.call('HLEN', latest)

local answers, tracks, order = {}, {}, {}
local function handle(nr, m)
  local track, refusal = tracks[m.channel], nil
  if track == nil then
    track, refusal = open_track(m.channel)
    if track == nil then return refusal end
    tracks[m.channel] = track
    order[#order + 1] = track
  end
  track.answers[#track.answers + 1] = nr
  return take(track, m)
end

local function fault(cause)
  return 'fault ' .. (type(cause) == 'table' and cause.err or tostring(cause))
end

for at = 10, #ARGV, ${MESSAGE_ARGUMENTS} do
  local nr = #answers + 1
  local is_done, answer = pcall(handle, nr, {
    channel = ARGV[at], number_text = ARGV[at + 1], number = tonumber(ARGV[at + 1]),
    time = ARGV[at + 2], instant = tonumber(ARGV[at + 3]), nanos = tonumber(ARGV[at + 4]),
    digest = tonumber(ARGV[at + 5]), event_id = ARGV[at + 6],
    kind = ARGV[at + 7], by = tonumber(ARGV[at + 8]), text = ARGV[at + 9], mission = ARGV[at + 10]
  })
  answers[nr] = is_done and answer or fault(answer)
end
for _, track in ipairs(order) do
  local is_done, cause = pcall(write_track, track)
  if not is_done then
    for _, nr in ipairs(track.answers) do answers[nr] = fault(cause) end
  end
end
if opened_gaps ~= 0 then redis.call('INCRBY', open_gaps, opened_gaps) end
return answers
`);
