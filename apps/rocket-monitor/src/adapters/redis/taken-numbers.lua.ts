/**
 * For the script: which numbers of a channel were taken, as `TakenNumbers` has it. Dense input moves
 * the mark alone; what comes above a gap stands in the ranges, and in the set that others read. That
 * set is bounded: numbers over `limits.listed` stand in the ranges alone, until the mark passes them.
 */
export const TAKEN_NUMBERS_LUA = `
local SREM_MAX = 1000
-- By this run, in all channels together.
local opened_gaps = 0

-- Where a number belongs, nil when it was taken before. Reads only.
local function find_place(keys, account, number)
  if number <= account.mark then return nil end
  if account.gaps == 0 then
    return { new_gaps = number == account.mark + 1 and 0 or 1 }
  end
  local found = redis.call('ZRANGEBYSCORE', keys.taken, decimal(number - 1), '+inf',
    'WITHSCORES', 'LIMIT', 0, 2)
  local from, to = tonumber(found[1]), tonumber(found[2])
  if from and from <= number and number <= to then return nil end
  local place = {}
  if to == number - 1 then
    place.grown = from
    from, to = tonumber(found[3]), tonumber(found[4])
  end
  if from == number + 1 then place.swallowed, place.to = from, to end
  local joins = (place.grown and 1 or 0) + (place.swallowed and 1 or 0)
  place.new_gaps = (number == account.mark + 1 and 0 or 1) - joins
  return place
end

local function unlist(keys, from, to)
  for first = from, to, SREM_MAX do
    local numbers = {}
    for number = first, math.min(to, first + SREM_MAX - 1) do
      numbers[#numbers + 1] = decimal(number)
    end
    redis.call('SREM', keys.processed, unpack(numbers))
  end
end

-- The mark passes the number and the range that follows it.
local function move_mark(keys, account, number, place)
  account.mark = place.to or number
  if account.gaps + place.new_gaps == 0 then
    if account.gaps > 0 then redis.call('UNLINK', keys.taken, keys.processed) end
  elseif place.swallowed then
    unlist(keys, place.swallowed, place.to)
    redis.call('ZREM', keys.taken, decimal(place.swallowed))
  end
end

local function take_place(keys, account, m, place)
  local number = m.number
  if number == account.mark + 1 then
    move_mark(keys, account, number, place)
  else
    if account.count - account.mark < limits.listed then
      redis.call('SADD', keys.processed, m.number_text)
    end
    if place.swallowed then redis.call('ZREM', keys.taken, decimal(place.swallowed)) end
    redis.call('ZADD', keys.taken, decimal(place.to or number), decimal(place.grown or number))
  end
  account.count = account.count + 1
  account.gaps = account.gaps + place.new_gaps
  opened_gaps = opened_gaps + place.new_gaps
end
`;
