/**
 * For the script: which numbers of a channel were taken, as `TakenNumbers` has it. Dense input moves
 * the mark alone; what comes above a gap stands in the ranges, and in the set that others read. That
 * set is bounded: numbers over `limits.listed` stand in the ranges alone, until the mark passes them.
 *
 * A run reads the ranges that its messages may touch, changes them in memory, and writes what changed.
 */
export const TAKEN_NUMBERS_LUA = `
local COMMAND_MAX = 1000
-- Ranges in memory. Where a run's messages lie further apart, they are read for each of them.
local RANGES_MAX = 256
local DENSE = { is_next = true, new_gaps = 0 }
local place = {}

-- Those that numbers from first to last are in, beside or between.
local function read_ranges(track, first, last)
  local froms, tos = {}, {}
  track.ranges = { first = first, last = last, froms = froms, tos = tos,
    put = {}, removed = {}, listed = {}, passed = {} }
  if track.account.gaps == 0 then
    track.ranges.first, track.ranges.last = 0, math.huge
    return
  end
  local key, low, count = track.keys.taken, decimal(first - 1), 1
  if last > first then count = redis.call('ZCOUNT', key, low, decimal(last)) end
  if count > RANGES_MAX then return false end
  local found = redis.call('ZRANGEBYSCORE', key, low, '+inf', 'WITHSCORES', 'LIMIT', 0, count + 1)
  for at = 1, #found, 2 do
    froms[#froms + 1], tos[#tos + 1] = tonumber(found[at]), tonumber(found[at + 1])
  end
end

local function ranges_around(track, number)
  local ranges = track.ranges
  if ranges and ranges.first <= number and number <= ranges.last then return ranges end
  if ranges then
    -- What was changed has to be there before it is read.
    write_track(track)
    begin_changes(track)
    read_ranges(track, number, number)
  else
    local span = span_of(track.channel)
    if read_ranges(track, span[1], span[2]) == false then read_ranges(track, number, number) end
  end
  return track.ranges
end

local function first_ending_from(tos, number)
  local low, high = 1, #tos + 1
  while low < high do
    local middle = floor((low + high) / 2)
    if tos[middle] < number then low = middle + 1 else high = middle end
  end
  return low
end

-- Where a number belongs, nil when it was taken before.
local function find_place(track, number)
  local account = track.account
  if number <= account.mark then return nil end
  local is_next = number == account.mark + 1
  if is_next and account.gaps == 0 then return DENSE end
  local ranges = ranges_around(track, number)
  local at = first_ending_from(ranges.tos, number - 1)
  local from, to = ranges.froms[at], ranges.tos[at]
  if from and from <= number and number <= to then return nil end
  local grows = to == number - 1
  local follower = grows and at + 1 or at
  local swallows = ranges.froms[follower] == number + 1
  local joins = (grows and 1 or 0) + (swallows and 1 or 0)
  place.at, place.grows, place.follower, place.swallows = at, grows, follower, swallows
  place.is_next, place.new_gaps = is_next, (is_next and 0 or 1) - joins
  return place
end

-- Takes the range that follows a number away, and answers where it ends.
local function swallow(track, follower)
  local ranges = track.ranges
  local from, to = ranges.froms[follower], ranges.tos[follower]
  table.remove(ranges.froms, follower)
  table.remove(ranges.tos, follower)
  ranges.put[from], ranges.removed[from] = nil, true
  return to
end

local function take_above_gap(track, to)
  local ranges = track.ranges
  local froms, tos = ranges.froms, ranges.tos
  if track.account.count - track.account.mark < limits.listed then
    ranges.listed[#ranges.listed + 1] = m.number
  end
  if place.grows then
    tos[place.at] = to
  else
    table.insert(froms, place.at, m.number)
    table.insert(tos, place.at, to)
  end
  local from = froms[place.at]
  ranges.put[from], ranges.removed[from] = to, nil
end

-- Answers how many more messages are above the mark now.
local function take_place(track, place)
  local account, to, parked = track.account, m.number, 1
  if place.swallows then to = swallow(track, place.follower) end
  if place.is_next then
    if place.swallows then
      local passed = track.ranges.passed
      passed[#passed + 1] = { m.number + 1, to }
    end
    account.mark = to
    parked = m.number - to
  else
    take_above_gap(track, to)
  end
  account.count = account.count + 1
  account.gaps = account.gaps + place.new_gaps
  return parked
end

local function call_with(command, key, values)
  for first = 1, #values, COMMAND_MAX do
    redis.call(command, key, unpack(values, first, math.min(first + COMMAND_MAX - 1, #values)))
  end
end

-- The numbers that the mark has passed are no longer for others to read.
local function unlist(track)
  local numbers = {}
  for _, range in ipairs(track.ranges.passed) do
    if range[2] - range[1] < limits.listed then
      for number = range[1], range[2] do numbers[#numbers + 1] = decimal(number) end
    else
      for _, text in ipairs(redis.call('SMEMBERS', track.keys.processed)) do
        if tonumber(text) <= range[2] then numbers[#numbers + 1] = text end
      end
    end
  end
  call_with('SREM', track.keys.processed, numbers)
end

local function write_ranges(track)
  local keys, account, ranges = track.keys, track.account, track.ranges
  if ranges == nil then return end
  if account.gaps == 0 then
    if track.written_gaps > 0 then redis.call('UNLINK', keys.taken, keys.processed) end
    return
  end
  local listed, put, removed = {}, {}, {}
  for _, number in ipairs(ranges.listed) do
    if number > account.mark then listed[#listed + 1] = decimal(number) end
  end
  for from, to in pairs(ranges.put) do
    put[#put + 1], put[#put + 2] = decimal(to), decimal(from)
  end
  for from in pairs(ranges.removed) do removed[#removed + 1] = decimal(from) end
  call_with('SADD', keys.processed, listed)
  call_with('ZADD', keys.taken, put)
  call_with('ZREM', keys.taken, removed)
  unlist(track)
end
`;
