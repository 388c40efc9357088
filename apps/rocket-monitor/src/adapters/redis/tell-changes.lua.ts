/**
 * For the scripts that change rockets: counts the run, and says to the monitors what it has changed. What
 * was done stays done, even where a monitor may not tell the others.
 */
export const TELL_CHANGES_LUA = `
local function tell_changes(revision_key, topic, monitor, told)
  local revision = redis.pcall('INCR', revision_key)
  local is_counted = type(revision) == 'number'
  redis.pcall('PUBLISH', topic, monitor .. ' ' .. (is_counted and decimal(revision) or '?') .. ' ' .. told)
end
`;
