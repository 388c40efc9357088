import { ROCKET_EXPLODED, ROCKET_LAUNCHED, ROCKET_MISSION_CHANGED } from '#common/contracts';

/**
 * For the script: the rules of `applyMessage` and `newFacts`, what a message makes of a state, and what
 * becomes known. Speeds are kept in two parts as `RocketSpeed` is, for a sum may pass 2^53.
 */
export const ROCKET_RULES_LUA = `
local LIMB = 67108864

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

local function add_speed(account, by)
  local high = floor(by / LIMB)
  local low = account.speed_low + (by - high * LIMB)
  local carry = 0
  if low >= LIMB then carry = 1 end
  account.speed_high = account.speed_high + high + carry
  account.speed_low = low - carry * LIMB
end

local function is_latest(account)
  if not account.latest_msg then return true end
  if m.instant ~= account.latest_instant then return m.instant > account.latest_instant end
  if m.nanos ~= account.latest_nanos then return m.nanos > account.latest_nanos end
  return m.number > account.latest_msg
end

local function with_mission(state, mission)
  if m.number < state.latest_mission_msg then return end
  state.mission, state.latest_mission_msg = mission, m.number
end

local function launched(state)
  local mission, model, launch_msg = state.mission, state.type, state.launch_msg
  if m.number > launch_msg then state.launch_msg, state.type = m.number, m.text end
  with_mission(state, m.mission)
  if state.launch_msg ~= launch_msg and (launch_msg < 0 or state.type ~= model) then
    return '${ROCKET_LAUNCHED}', { type = state.type, mission = state.mission }
  end
  if state.mission ~= mission then
    return '${ROCKET_MISSION_CHANGED}', { mission = state.mission }
  end
end

local function mission_changed(state)
  local mission = state.mission
  with_mission(state, m.text)
  if state.mission ~= mission then
    return '${ROCKET_MISSION_CHANGED}', { mission = state.mission }
  end
end

local function exploded(state)
  if m.number < state.latest_exploded_msg then return end
  local reason = state.exploded_reason
  state.exploded_reason, state.latest_exploded_msg = m.text, m.number
  if m.text ~= reason then return '${ROCKET_EXPLODED}', { reason = m.text } end
end

local RULES = { launched = launched, mission = mission_changed, exploded = exploded }
`;
