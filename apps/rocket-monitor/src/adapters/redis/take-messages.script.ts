import { HISTORY_PAGE_NUMBERS } from '#common/domain';
import { ENVELOPE_VERSION } from '#common/messaging';
import { OUTBOX_LUA, RedisScript } from '#common/redis';
import { MESSAGE_HISTORY_LUA } from './message-history.lua.js';
import { CHANNEL_KEYS_LUA, DECIMAL_LUA } from './rocket-keys.js';
import { ROCKET_RULES_LUA } from './rocket-rules.lua.js';
import { TRACK_LUA } from './rocket-track.lua.js';
import { TAKEN_NUMBERS_LUA } from './taken-numbers.lua.js';
import { TELL_CHANGES_LUA } from './tell-changes.lua.js';

/** In UTF-8; where the names of what has changed are longer together, only is told that something has. */
const CHANGES_BYTES_MAX = 16_384;

const TAKE_LUA = `
local function repeated(track)
  local content = first_content(track)
  if content and content ~= m.content then
    track.conflicts = track.conflicts + 1
    return 'conflict'
  end
  track.duplicates = track.duplicates + 1
  return 'duplicate'
end

local function refusal_of(account, place)
  if account.count == 0 then
    channels_before = channels_before or redis.call('ZCARD', channels)
    if channels_before + begun >= limits.channels then return 'full-channels' end
  end
  if place.new_gaps > 0 then
    if account.gaps >= limits.gaps then return 'full-gaps' end
    if gaps_before + opened >= limits.gaps_total then return 'full-all-gaps' end
  end
  if not place.is_next and parked_before + parked >= limits.parked then return 'full-parked' end
end

local function tell(event, data)
  data.channel = m.channel
  local envelope = { id = m.event_id, type = event, time = now, version = ${ENVELOPE_VERSION}, data = data }
  outbox_add(outbox, m.event_id, cjson.encode(envelope))
  events = events + 1
end

local function ends_page(mark, account)
  return account.mark > mark
    and floor(account.mark / ${HISTORY_PAGE_NUMBERS}) > floor(mark / ${HISTORY_PAGE_NUMBERS})
end

local function apply(track, place, state)
  local account = track.account
  if account.count == 0 then begun = begun + 1 end
  remember(track)
  parked = parked + take_place(track, place)
  opened = opened + place.new_gaps
  if m.by then add_speed(account, m.by) end
  if state ~= track.state then track.state, track.is_changed = state, true end
  if is_latest(account) then
    account.latest_msg, account.latest_instant, account.latest_nanos = m.number, m.instant, m.nanos
    track.latest = m.content
  end
  track.is_taken = true
end

-- First all that is read and may be refused, then all that changes: nothing is half done.
local function take(track)
  local place = find_place(track, m.number)
  if track.fault then return track.fault end
  if place == nil then return repeated(track) end
  local refusal = refusal_of(track.account, place)
  if refusal then return refusal end
  local state, event, data = track.state, nil, nil
  if m.kind then
    state = copy(state)
    event, data = RULES[m.kind](state)
  end
  if not tells then event = nil end
  if event then
    events = events or outbox_count(outbox)
    if events >= limits.events then return 'full-events' end
    tell(event, data)
  end
  local mark = track.account.mark
  apply(track, place, state)
  local answer = event and 'told' or 'new'
  return ends_page(mark, track.account) and answer .. '-page' or answer
end

local function handle(nr)
  local track, refusal = tracks[m.channel], nil
  if track == nil then
    track, refusal = open_track(m.channel)
    if track == nil then return refusal end
    tracks[m.channel] = track
    order[#order + 1] = track
  end
  track.answered = track.answered + 1
  track.answers[track.answered] = nr
  return track.fault or take(track)
end
`;

/** One table for all messages: many small ones would keep Redis busy with collecting them. */
const MESSAGE_LUA = `
local m = {}

-- Answers where the next one is.
local function read_message(at)
  m.channel, m.padded, m.number = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 1])
  m.received, m.instant, m.nanos = ARGV[at + 2], tonumber(ARGV[at + 3]), tonumber(ARGV[at + 4])
  m.content, m.by, m.kind = ARGV[at + 5], tonumber(ARGV[at + 6]), nil
  if m.by then return at + 7 end
  m.kind, m.text, m.mission = ARGV[at + 6], ARGV[at + 7], ARGV[at + 8]
  m.by, m.event_id = tonumber(ARGV[at + 9]), ARGV[at + 10]
  return at + 11
end

-- The lowest and the highest number of a channel in this run.
local function span_of(channel)
  if spans == nil then
    spans = {}
    local at = FIRST
    while at <= LAST do
      local number, span = tonumber(ARGV[at + 1]), spans[ARGV[at]]
      if span then
        span[1], span[2] = math.min(span[1], number), math.max(span[2], number)
      else
        spans[ARGV[at]] = { number, number }
      end
      at = at + (tonumber(ARGV[at + 6]) and 7 or 11)
    end
  end
  return spans[channel]
end
`;

const RUN_LUA = `
local function tell_changed()
  local names, bytes = {}, 0
  for _, track in ipairs(order) do
    if track.has_changed then
      names[#names + 1], bytes = track.channel, bytes + #track.channel
    end
  end
  if #names == 0 then return end
  local told = bytes <= ${CHANGES_BYTES_MAX} and cjson.encode(names) or 'null'
  tell_changes(revision, changes, monitor, told)
end

-- Of another type it must fail here, before anything is written.
redis.call('HLEN', latest)

local answers, at, nr = {}, FIRST, 0
local function take_on()
  while at <= LAST do
    at, nr = read_message(at), nr + 1
    answers[nr] = handle(nr)
  end
end
while at <= LAST do
  local is_done, cause = pcall(take_on)
  if not is_done then answers[nr] = fault_of(cause) end
end
for _, track in ipairs(order) do
  write_track(track)
  if track.fault then
    for _, answered in ipairs(track.answers) do answers[answered] = track.fault end
  end
end
if totals.gaps ~= 0 then redis.call('INCRBY', open_gaps_key, totals.gaps) end
if totals.parked ~= 0 then redis.call('INCRBY', parked_key, totals.parked) end
tell_changed()
return answers
`;

/**
 * Takes messages, each for itself: what is wrong with one does not touch the others.
 *
 * KEYS: channels, open gaps, parked, outbox, revision. ARGV: prefix, channel for changes, name of the monitor, time of
 * the events, whether they are told (1, 0), limits of channels, gaps per channel, gaps in all, parked
 * messages, numbers listed and waiting events; then the arguments of each message. Answers a word per message.
 */
export const TAKE_MESSAGES = new RedisScript(`
-- Globals are slow to find.
local ARGV, tonumber, floor = ARGV, tonumber, math.floor
local channels, open_gaps_key, parked_key, outbox, revision = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local prefix, changes, monitor, now, tells = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5] == '1'
local limits = { channels = tonumber(ARGV[6]), gaps = tonumber(ARGV[7]),
  gaps_total = tonumber(ARGV[8]), parked = tonumber(ARGV[9]), listed = tonumber(ARGV[10]),
  events = tonumber(ARGV[11]) }
local latest = prefix .. 'latest_update_timestamp'
local gaps_before = tonumber(redis.call('GET', open_gaps_key) or '0')
local parked_before = tonumber(redis.call('GET', parked_key) or '0')
-- By this run, whether written or not; then what was written.
local begun, opened, parked = 0, 0, 0
local totals = { gaps = 0, parked = 0 }
local channels_before, events = nil, nil
local tracks, order, spans = {}, {}, nil
local begin_changes, write_track = nil, nil
local FIRST, LAST = 12, #ARGV
local function fault_of(cause)
  return 'fault ' .. (type(cause) == 'table' and cause.err or tostring(cause))
end
${DECIMAL_LUA}${CHANNEL_KEYS_LUA}${MESSAGE_LUA}${OUTBOX_LUA}${ROCKET_RULES_LUA}${TAKEN_NUMBERS_LUA}
${MESSAGE_HISTORY_LUA}${TRACK_LUA}${TAKE_LUA}${TELL_CHANGES_LUA}${RUN_LUA}`);
